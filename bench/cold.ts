/**
 * What a fresh isolate pays, in workerd: the first feed and the first bodies, beside the libraries that do part of the
 * same, and the size of what it has to read for that.
 */

import { gzipSync } from 'node:zlib';
import { WARM_UP_RUNS } from '../src/jobs/warm-up.ts';
import { FEEDSMITH } from './feedsmith.ts';
import { bundle, type Contender, measureIsolates, printCosts } from './isolates.ts';
import { makeBody, makeFeed } from './samples.ts';

const ROUNDS = 9;
const WARM_ROUNDS = 3;

const FEED_READERS: Contender[] = [
  {
    name: 'tributary',
    source: `import { bytesToText } from '../src/parse/bytes-to-text.ts';
      import { parseFeed } from '../src/parse/feed.ts';
      export default { async fetch(request) {
        const { text } = bytesToText(new Uint8Array(await request.arrayBuffer()));
        return Response.json(parseFeed(text).items.length);
      } }`,
  },
  FEEDSMITH,
  {
    name: 'rss-parser',
    source: `import Parser from 'rss-parser/dist/rss-parser.min.js';
      const parser = new Parser();
      export default { async fetch(request) {
        const { items } = await parser.parseString(await request.text());
        return Response.json(items.length);
      } }`,
  },
  {
    name: 'fast-xml-parser',
    source: `import { XMLParser } from 'fast-xml-parser';
      const parser = new XMLParser({ ignoreAttributes: false, processEntities: false });
      export default { async fetch(request) {
        return Response.json(Object.keys(parser.parse(await request.text())).length);
      } }`,
  },
  {
    name: 'htmlparser2',
    source: `import { Parser } from 'htmlparser2';
      export default { async fetch(request) {
        new Parser({}, { xmlMode: true, decodeEntities: true }).end(await request.text());
        return Response.json(0);
      } }`,
  },
];

const CLEANER = `import { cleanBody } from '../src/normalise/clean-body.ts';
  export default { async fetch(request) {
    const bodies = await request.json();
    let length = 0;
    for (const body of bodies) {
      const { html, words } = cleanBody(body, { base: 'https://example.org/posts/', scope: 'u-' });
      length += html.length + words;
    }
    return Response.json(length);
  } }`;

const SANITIZE_HTML = `import sanitize from 'sanitize-html';
  const options = { allowedTags: [...sanitize.defaults.allowedTags, 'img'] };
  export default { async fetch(request) {
    const bodies = await request.json();
    let length = 0;
    for (const body of bodies) length += sanitize(body, options).length;
    return Response.json(length);
  } }`;

/**
 * The start of a Worker has a limit of its own and does not count towards the CPU time of a request, so that ours is
 * warmed up there; for a fair comparison, ours stands here without it, and sanitize-html with as much.
 */
const BODY_CLEANERS: Contender[] = [
  { name: 'tributary', source: `import '../src/jobs/warm-up.ts'; ${CLEANER}` },
  { name: 'without its warm-up', source: CLEANER },
  { name: 'sanitize-html', source: SANITIZE_HTML },
  {
    name: 'sanitize-html, warmed',
    source: `${SANITIZE_HTML}
      const sample = ${JSON.stringify(makeBody('chinese', 2600, 99))};
      for (let run = 0; run < ${2 * WARM_UP_RUNS}; run++) sanitize(sample, options);`,
  },
  {
    // elements and attributes by a list, absolute addresses, the real picture, and the text
    name: 'HTMLRewriter',
    source: `const ELEMENTS = new Set(['p', 'a', 'img', 'ul', 'ol', 'li', 'blockquote', 'strong', 'em', 'b', 'i', 'br', 'hr',
        'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'code', 'table', 'thead', 'tbody', 'tr', 'td', 'th', 'figure']);
      const ATTRIBUTES = new Set(['href', 'src', 'alt', 'title', 'width', 'height']);
      const absolute = (address) => URL.parse(address, 'https://example.org/posts/');
      const clean = async (body) => {
        let text = '';
        const pictures = [];
        const html = await new HTMLRewriter()
          .on('script, style, iframe, object', { element: (element) => { element.remove(); } })
          .on('*', {
            element(element) {
              if (!ELEMENTS.has(element.tagName)) return void element.removeAndKeepContent();
              const lazy = element.tagName === 'img' ? element.getAttribute('data-original') : null;
              if (lazy !== null) element.setAttribute('src', lazy);
              for (const [name, value] of [...element.attributes]) {
                if (!ATTRIBUTES.has(name)) element.removeAttribute(name);
                else if (name === 'href' || name === 'src') {
                  const url = absolute(value);
                  if (url === null || !/^https?:$/.test(url.protocol)) { element.removeAttribute(name); continue; }
                  for (const key of [...url.searchParams.keys()]) if (key.startsWith('utm_')) url.searchParams.delete(key);
                  if (name === 'src') pictures.push(url.href);
                  element.setAttribute(name, url.href);
                }
              }
              if (element.tagName === 'img') element.setAttribute('loading', 'lazy');
            },
            comments: (comment) => { comment.remove(); },
            text: (chunk) => { text += chunk.text; },
          })
          .transform(new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } }))
          .text();
        return { html, pictures, summary: text.slice(0, 200), words: text.length };
      };
      export default { async fetch(request) {
        const bodies = await request.json();
        let length = 0;
        for (const body of bodies) length += (await clean(body)).html.length;
        return Response.json(length);
      } }`,
  },
];

const READER = `export { bytesToText } from '../src/parse/bytes-to-text.ts';
export { parseFeed } from '../src/parse/feed.ts';`;

export async function run(): Promise<void> {
  for (const carriage of ['escaped', 'cdata'] as const) {
    const feed = new TextEncoder().encode(makeFeed(carriage, { items: 20, bytes: 107_000 }));
    const costs = await measureIsolates(FEED_READERS, {
      body: feed,
      rounds: ROUNDS,
      warmRounds: WARM_ROUNDS,
    });
    printCosts(`a feed of 20 items, ${Math.round(feed.length / 1000)} KB, ${carriage}`, costs);
  }
  const bodies = Array.from({ length: 20 }, (_, index) => makeBody('chinese', 5_000, index + 1));
  const body = new TextEncoder().encode(JSON.stringify(bodies));
  const costs = await measureIsolates(BODY_CLEANERS, { body, rounds: ROUNDS, warmRounds: WARM_ROUNDS });
  printCosts('20 bodies of 5 KB', costs);
  const size = gzipSync(await bundle(READER)).length;
  console.log(`reader and decoder, minified and compressed: ${(size / 1024).toFixed(1)} KB`);
}
