import { describe, expect, it } from 'vitest';
import { parseFeed } from '../../src/parse/feed.ts';
import type { ParsedFeed } from '../../src/parse/parsed-feed.ts';

/** The text as it looks when its UTF-8 is taken for windows-1252, or for Latin-1, which has controls instead of signs. */
function mistaken(text: string, encoding: 'windows-1252' | 'Latin-1' = 'windows-1252'): string {
  const bytes = new TextEncoder().encode(text);
  return encoding === 'Latin-1'
    ? String.fromCharCode(...bytes)
    : new TextDecoder('windows-1252').decode(bytes);
}

function read(text: string): ParsedFeed {
  const feed = parseFeed(text);
  if (feed.kind !== 'feed') throw new Error(feed.detail);
  return feed;
}

const FEED =
  '<rss><channel><title>Café “Größe”</title><item><title>Ça coûte 5 £ – déjà</title><dc:creator>Zoë</dc:creator>' +
  '<category>Météo</category><description>Погода в Москве，東京の天気</description></item></channel></rss>';
const TOLD = { kind: 'double-encoding', detail: 'the text had been encoded as UTF-8 twice' };

describe('text that was encoded twice', () => {
  it.each(['windows-1252', 'Latin-1'] as const)('is mended where UTF-8 was taken for %s', (encoding) => {
    const feed = read(mistaken(FEED, encoding));
    expect(feed).toEqual({ ...read(FEED), repairs: [TOLD] });
    expect(feed.items[0]?.authors).toEqual([{ name: 'Zoë' }]);
  });

  it('is mended beside signs that were written as references', () => {
    const item = mistaken('<item><title>L&#8217;été &#171;chaud&#187;</title></item>');
    expect(read(`<rss><channel>${item}</channel></rss>`).items[0]?.title?.value).toBe('L’été «chaud»');
  });

  it('is mended in JSON too', () => {
    const feed = read(mistaken('{"title":"Café","items":[{"id":1,"content_text":"déjà"}]}'));
    expect(feed).toMatchObject({ title: { value: 'Café' }, items: [{ content: { value: 'déjà' } }] });
  });

  it('stays what it is in a feed whose text is right', () => {
    const about = '<item><title>Why “é” becomes Ã© so often, and â€™ too</title></item>';
    const feed = read(
      `<rss><channel><title>Café</title>${about}<item><title>Voilà</title></item></channel></rss>`,
    );
    expect(feed.items[0]?.title?.value).toBe('Why “é” becomes Ã© so often, and â€™ too');
    expect(feed.repairs).toEqual([]);
  });

  it('is not seen in text of any language that is right', () => {
    for (const text of ['Ça va déjà, Âge', 'AMANHÃ', 'Größe', '天气', 'Ελλάδα', 'Việt Nam', '«é»\u00a0!']) {
      const feed = read(`<rss><channel><item><title>${text}</title></item></channel></rss>`);
      expect(feed.items[0]?.title?.value).toBe(text);
      expect(feed.repairs).toEqual([]);
    }
  });
});

describe('controls that windows-1252 has signs for', () => {
  it('are read as these signs', () => {
    const feed = read(
      '<rss><channel><item><title>\x93It\x92s\x94 5 \x80 \x81</title></item></channel></rss>',
    );
    expect(feed.items[0]?.title?.value).toBe('“It’s” 5 € \x81');
    expect(feed.repairs).toEqual([]);
  });
});
