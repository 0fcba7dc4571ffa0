import { describe, expect, it } from 'vitest';
import { refererFor, refererForHop, refererLadder } from '../../src/images/referer.ts';
import { REFERER_RULES } from '../../src/images/referer-rules.ts';

const page = 'https://user:pw@blog.example/post?id=1#top';
const cleanPage = 'https://blog.example/post?id=1';

const sent = (url: string, hints = {}) =>
  refererLadder(new URL(url), hints).map((rung) =>
    refererFor(rung, new URL(url), (hints as { page?: string }).page),
  );

describe('the Referer ladder', () => {
  it('goes from the page to none to the own origin for an unknown host', () => {
    expect(sent('https://img.example/a.jpg', { page })).toEqual([
      cleanPage,
      undefined,
      'https://img.example/',
    ]);
    expect(sent('https://img.example/a.jpg')).toEqual([undefined, 'https://img.example/']);
  });

  it('begins with the table for a listed host', () => {
    expect(sent('https://wx1.sinaimg.cn/a.jpg', { page })[0]).toBe('https://weibo.com/');
    expect(sent('https://mmbiz.qpic.cn/a', { page })[0]).toBeUndefined();
    expect(sent('https://img.cnbeta.com/a.jpg', { page })[0]).toBe('https://img.cnbeta.com/');
    expect(sent('https://www.zaobao.com/a.jpg', { page })[0]).toBe(cleanPage);
  });

  it('takes the longest match of the table', () => {
    expect(sent('https://img-comic.pximg.net/a.jpg')[0]).toBe('https://comic.pixiv.net/');
    expect(sent('https://i.pximg.net/a.jpg')[0]).toBe('https://www.pixiv.net/');
    expect(sent('https://notpximg.net/a.jpg')[0]).toBeUndefined();
  });

  it('begins with what worked before and sends nothing twice', () => {
    expect(sent('https://img.example/a.jpg', { page, remembered: 'origin' })).toEqual([
      'https://img.example/',
      cleanPage,
      undefined,
    ]);
    expect(refererLadder(new URL('https://lain.bgm.tv/a.jpg'), {})).toEqual(['table', 'origin']);
  });

  it('leaves out a page that is none', () => {
    expect(sent('https://img.example/a.jpg', { page: 'urn:x' })).toEqual([undefined, 'https://img.example/']);
  });

  it('is worked out again on a redirect', () => {
    const first = new URL('https://img.example/a.jpg');
    expect(refererForHop('origin', new URL('https://cdn.example/a.jpg'), first, page)).toBe(
      'https://cdn.example/',
    );
    expect(refererForHop('page', new URL('https://i0.hdslb.com/a.jpg'), first, page)).toBe(
      'https://www.bilibili.com/',
    );
  });

  it('has a table of lower-case hosts and whole addresses', () => {
    expect(Object.keys(REFERER_RULES).length).toBeGreaterThan(90);
    for (const [host, rule] of Object.entries(REFERER_RULES)) {
      expect(host).toMatch(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/);
      if (!['none', 'self', 'page'].includes(rule)) expect(new URL(rule).href).toBe(rule);
    }
  });
});
