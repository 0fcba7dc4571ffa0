/**
 * Reads a small feed while the Worker starts, when this module is loaded. Functions are compiled when they are first
 * called, and again, to be fast, when they have been called some hundred times; the first poll of an isolate would pay
 * for both out of its 10 ms of CPU time on the free plan, and the start has a limit of its own, of a second. Hence
 * bodies with enough tags and text, several times: that takes half from the first request, for fifty milliseconds of the
 * start. `npm run bench -- cold ingest` shows both.
 */
import { escapeText } from '../markup/escape.ts';
import { articlesFromFeed } from '../normalise/articles-from-feed.ts';
import { bytesToText } from '../parse/bytes-to-text.ts';
import { parseFeed } from '../parse/feed.ts';

export const WARM_UP_RUNS = 6;

/** What most bodies are made of. */
const BODY = (
  '<p style="a:b">a b c <a href="/a?b=1&amp;utm_source=c">d e f g</a>&nbsp;<b>h i</b> 中文字符的文章内容</p>\n' +
  '<ul><li>j k l</li></ul><blockquote><p>m</p></blockquote>' +
  '<img src="https://example.org/g.jpg" data-original="/h.png" alt="i"><br>'
).repeat(10);

const FEED = `<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel><title>a</title><link>https://example.org</link>
<atom:link href="https://example.org/feed" rel="self"></atom:link><description>b</description><language>en</language>
<item><title>c</title><description><![CDATA[${BODY}]]></description><link>https://example.org/d</link>
<guid isPermaLink="false">d</guid><pubDate>Mon, 23 Nov 2026 12:30:00 GMT</pubDate><author>e</author>
<category>f</category></item>
<item><title>g &amp; h</title><description>${escapeText(BODY)}</description><link>https://example.org/i</link>
<guid>https://example.org/i</guid></item></channel></rss>`;

function readSample(): void {
  const url = 'https://example.org/feed';
  const feed = parseFeed(bytesToText(new TextEncoder().encode(FEED)).text, { url });
  if (feed.kind !== 'feed') throw new Error('The sample is no feed');
  articlesFromFeed(feed, {
    source: { id: '0', url, categories: [] },
    feedUrl: url,
    identityMode: 'guid',
    now: 0,
  });
}

for (let run = 0; run < WARM_UP_RUNS; run++) readSample();
