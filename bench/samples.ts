/** Bodies and feeds to measure with, made by a seeded generator: every run sees the same ones. */

export type Language = 'chinese' | 'english';

/** A body of about that many bytes of UTF-8: paragraphs with links and emphasis, pictures, a list, a quote. */
export function makeBody(language: Language, bytes: number, seed = 20261123): string {
  const random = generator(seed);
  const words = (count: number): string =>
    Array.from({ length: count }, () => word(language, random)).join('');
  const block = (): string => {
    switch (random(8)) {
      case 0:
        return `<p><img src="https://img.example.org/${random(1e6)}.jpg" data-original="/i/${random(1e6)}.png" alt="${words(2)}"></p>`;
      case 1:
        return `<ul><li>${words(6)}</li><li>${words(8)}</li></ul>`;
      case 2:
        return `<blockquote><p>${words(25)} &mdash; ${words(2)}</p></blockquote>`;
      default:
        return `<p style="text-indent: 2em">${words(20)}<a href="/a/${random(1e6)}?id=1&amp;utm_source=rss">${words(3)}</a>，<strong>${words(2)}</strong>${words(30)}&nbsp;</p>\n`;
    }
  };
  let body = '';
  for (let length = 0; length < bytes; ) {
    const next = block();
    length += byteLength(next);
    body += next;
  }
  return body;
}

/** How a feed carries its markup: RSSHub wrote CDATA sections for years, and escapes since. */
export type Carriage = 'escaped' | 'cdata';

/** A Chinese feed in RSSHub's shape, of `items` items and about that many bytes of UTF-8. */
export function makeFeed(carriage: Carriage, { items, bytes }: { items: number; bytes: number }): string {
  const bare = feedOf(carriage, items, 0);
  // escapes take room, so that the bodies have to be somewhat smaller than their share
  let share = (bytes - byteLength(bare)) / items;
  for (let step = 0; step < 8; step++) share *= bytes / byteLength(feedOf(carriage, items, share));
  return feedOf(carriage, items, share);
}

function feedOf(carriage: Carriage, items: number, bodyBytes: number): string {
  const random = generator(items);
  const words = (count: number): string =>
    Array.from({ length: count }, () => word('chinese', random)).join('');
  const text = (value: string): string => (carriage === 'cdata' ? `<![CDATA[${value}]]>` : escapeXml(value));
  const item = (index: number): string => `    <item>
      <title>${text(words(8))}</title>
      <description>${text(withAbsoluteAddresses(makeBody('chinese', bodyBytes, index + 1)))}</description>
      <link>https://news.example.org/posts/${random(1e9)}</link>
      <guid isPermaLink="false">https://news.example.org/posts/${random(1e9)}</guid>
      <pubDate>Mon, 23 Nov 2026 ${String(23 - (index % 24)).padStart(2, '0')}:30:00 GMT</pubDate>
      <author>${words(1)}</author>
      <category>${words(1)}</category>
      <category>${words(2)}</category>
    </item>
`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
  <channel>
    <title>${text(words(4))}</title>
    <link>https://news.example.org</link>
    <atom:link href="https://rsshub.example.org/news/latest" rel="self" type="application/rss+xml"></atom:link>
    <description>${text(`${words(6)} - Powered by RSSHub`)}</description>
    <generator>RSSHub</generator>
    <webMaster>contact@rsshub.example.org (RSSHub)</webMaster>
    <language>zh-cn</language>
    <lastBuildDate>Mon, 23 Nov 2026 23:59:00 GMT</lastBuildDate>
    <ttl>5</ttl>
${Array.from({ length: items }, (_, index) => item(index)).join('')}  </channel>
</rss>`;
}

/** RSSHub resolves the addresses of links and pictures before it hands a body out. */
function withAbsoluteAddresses(body: string): string {
  return body.replaceAll('="/', '="https://news.example.org/');
}

function word(language: Language, random: (below: number) => number): string {
  return language === 'chinese'
    ? String.fromCharCode(...Array.from({ length: 2 + random(3) }, () => 0x4e00 + random(3000)))
    : `${'abcdefghijklmnopqrst'.slice(random(10), 11 + random(9))} `;
}

/** Whole numbers from 0 up to a limit, the same for the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
