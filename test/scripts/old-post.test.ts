import { describe, expect, it } from 'vitest';
import { readOldPost } from '../../scripts/old-post.ts';

const POST = `
---
title: '西安举办 "宣传周"'
categories: 
 - 新媒体
 - 趣头条
 - 分类
headimg: 'https://proxy.example/?http://static.example/a.jpeg'
author: 趣头条
comments: false
date: Mon, 18 Oct 2021 06:56:51 GMT
---

<div>   
<p>Text</p>
</div>
`;

const postOf = (frontMatter: string) => readOldPost('a/b.md', `---\n${frontMatter}\n---\nbody`);

describe('a post of another program', () => {
  it('is read with the empty line before its front matter', () => {
    expect(readOldPost('新媒体/西安.md', POST)).toEqual({
      file: '新媒体/西安.md',
      title: '西安举办 "宣传周"',
      categories: ['新媒体', '趣头条', '分类'],
      author: '趣头条',
      date: { kind: 'instant', time: Date.UTC(2021, 9, 18, 6, 56, 51) },
      originals: [],
      kept: { date: 'Mon, 18 Oct 2021 06:56:51 GMT' },
      body: '\n<div>   \n<p>Text</p>\n</div>\n',
    });
  });

  it.each([
    [`title: 'it's here'`, `it's here`],
    ['title: a: b', 'a: b'],
    ['title: *ST', '*ST'],
    ['title: "x" is y', '"x" is y'],
    ['title: 012', '12'],
  ])('has the title of a line that is no YAML or no text: %s', (line, title) => {
    const post = postOf(`${line}\ncategories:\n    - a\n    - b\nauthor: n`);
    expect(post).toMatchObject({ title, categories: ['a', 'b'], author: 'n' });
  });

  it.each([
    ['2022-06-30 11:07:44', { kind: 'wall-clock', time: Date.UTC(2022, 5, 30, 11, 7, 44) }],
    ['2022-6-3', { kind: 'wall-clock', time: Date.UTC(2022, 5, 3) }],
    ['"2022-06-30T11:07:44+08:00"', { kind: 'instant', time: Date.UTC(2022, 5, 30, 3, 7, 44) }],
    ['Sat, 20 Jun 2020 00:00:00 GMT', { kind: 'instant', time: Date.UTC(2020, 5, 20) }],
    ['Invalid Date', { kind: 'none' }],
    ['2021年10月18日', { kind: 'none' }],
  ])('has the date %s', (text, date) => {
    expect(postOf(`title: a\ndate: ${text}`)?.date).toEqual(date);
  });

  it('keeps what its address is made from as it is written, but a date that is none', () => {
    expect(
      postOf('title: a\ndate: "2022-06-30 11:07:44"\npermalink: /x/\naliases:\n  - /y\n  - /z')?.kept,
    ).toEqual({ date: '"2022-06-30 11:07:44"', permalink: '/x/', aliases: '["/y","/z"]' });
    expect(postOf('title: a\ndate: Invalid Date')?.kept).toEqual({});
  });

  it.each(['no front matter', '---\nlayout: x\n---\n', '---\ntitle: a'])('is none: %j', (text) => {
    expect(readOldPost('a.md', text)).toBeUndefined();
  });
});
