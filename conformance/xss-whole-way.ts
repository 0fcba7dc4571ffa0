/**
 * Hostile markup through the whole program: each fragment of `xss-corpus.json.gz` as an item's title, author,
 * category, link and body, polled, and looked for in every feed, page and post. Pages are opened in Chromium where
 * there is one: nothing may run, and each page must have the shape it was given.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { XMLValidator } from 'fast-xml-parser';
import { Parser } from 'htmlparser2';
import type { Page } from 'playwright-core';
import { parse as parseYaml } from 'yaml';
import { escapeText } from '../src/markup/escape.ts';
import { launchChromium } from './chromium.ts';
import type { ConformanceResult } from './result.ts';
import { pollAll, startTributary, temporaryState } from './tributary.ts';

/** Fewer than a feed shows, so that every item is in its source's feed. */
const ITEMS_A_FEED = 50;
/** Every so many articles one is opened by itself and taken as a post. */
const SAMPLE = 5;

const DANGEROUS_ELEMENTS = new Set(
  'script style object embed applet svg frame form input button select textarea template base noscript'.split(
    ' ',
  ),
);
const ADDRESSES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'poster',
  'data',
  'background',
  'xlink:href',
]);

interface Item {
  id: string;
  url?: string;
  title: string;
  content_html: string;
}

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = {
    name: 'hostile markup, the whole way',
    passed: 0,
    failed: 0,
    lines: [],
  };
  const corpus = readCorpus(`${data}/xss-corpus.json.gz`);
  if (corpus === undefined) return { ...result, lines: [`skipped: ${data}/xss-corpus.json.gz is not there`] };
  const feeds = Array.from({ length: Math.ceil(corpus.length / ITEMS_A_FEED) }, (_, i) =>
    toFeed(corpus.slice(i * ITEMS_A_FEED, (i + 1) * ITEMS_A_FEED), i * ITEMS_A_FEED),
  );
  const server = createServer((request, response) => response.end(feeds[Number(request.url?.slice(1))]));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { state, remove } = temporaryState();
  const tributary = await startTributary(state);
  const browser = await launchChromium();
  const opened = { pages: 0, ran: [] as string[] };
  const check = (what: string, faults: readonly string[]) => {
    if (faults.length === 0) result.passed++;
    else {
      result.failed++;
      result.lines.push(`${what}: ${[...new Set(faults)].join('; ').slice(0, 400)}`);
    }
  };
  try {
    const page = browser && (await openPage(browser, tributary.origin, opened.ran));
    const sources = feeds.map((_, i) => ({ url: `${origin}/${i}`, categories: [] }));
    await tributary.api.import({ rsshub: [], sources });
    let count = 0;
    for (const { id, failure } of await pollAll(tributary.api)) {
      const folder = `${tributary.origin}/sources/${id}`;
      const { items } = (await (await fetch(`${folder}/feed.json`)).json()) as { items: Item[] };
      check(`source ${id}`, failure === undefined ? [] : [failure.detail]);
      for (const file of ['feed.xml', 'atom.xml']) {
        const valid = XMLValidator.validate(await (await fetch(`${folder}/${file}`)).text());
        check(`${folder}/${file}`, valid === true ? [] : [valid.err.msg]);
      }
      for (const item of items) {
        check(item.id, [...faultsOf(item.content_html), ...addressFaults(item.url)]);
        if (count++ % SAMPLE > 0) continue;
        const hex = item.id.slice('urn:uuid:'.length).replaceAll('-', '');
        check(`post ${hex}`, postFaults(await (await fetch(`${tributary.origin}/posts/${hex}.md`)).text()));
        if (page)
          check(
            `article ${hex}`,
            await articleFaults(page, `${tributary.origin}/articles/${hex}`, item, opened),
          );
      }
      if (page) check(`page of ${id}`, await riverFaults(page, `${folder}/`, items, opened));
    }
    check('script', opened.ran);
    check('every fragment is an article', count === corpus.length ? [] : [`${count} of ${corpus.length}`]);
    result.lines.unshift(
      `${count} fragments as items; ${opened.pages} pages opened${browser ? '' : ' (no Chromium on PATH or in CHROMIUM)'}`,
    );
  } finally {
    await browser?.close();
    await tributary.stop();
    server.close();
    remove();
  }
  return result;
}

function readCorpus(file: string): string[] | undefined {
  try {
    const corpus: { html: string }[] = JSON.parse(gunzipSync(readFileSync(file)).toString());
    return corpus.map(({ html }) => html);
  } catch {
    return undefined;
  }
}

function toFeed(fragments: readonly string[], first: number): string {
  const items = fragments.map((html, i) => {
    // characters XML cannot hold would be dropped before they reach the program
    const text = escapeText(html);
    return `<item><guid isPermaLink="false">${first + i}</guid><title>${text}</title><link>${text}</link>
      <dc:creator>${text}</dc:creator><category>${text}</category><description>${text}</description></item>`;
  });
  return `<rss version="2.0"><channel><title>T</title><link>https://example.com/</link>${items.join('')}</channel></rss>`;
}

/** What is dangerous in markup, as a plain parser sees it; that browsers see the same is the judge's in `xss.ts`. */
function faultsOf(html: string): string[] {
  const faults: string[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (DANGEROUS_ELEMENTS.has(name)) faults.push(`<${name}>`);
      for (const [attribute, value] of Object.entries(attributes)) {
        if (/^on|^style$|^srcdoc$/.test(attribute)) faults.push(`${name} ${attribute}`);
        if (ADDRESSES.has(attribute) && !/^data:image\/|^#|^(?:mailto|tel):|^\//.test(value)) {
          faults.push(...addressFaults(value));
        }
      }
    },
  });
  parser.end(html);
  return faults;
}

function addressFaults(url: string | undefined): string[] {
  return url === undefined || /^https?:\/\//.test(url) ? [] : [`address ${url.slice(0, 80)}`];
}

function postFaults(text: string): string[] {
  const [, yaml = '', body = ''] = /^---\n([\s\S]*?\n)---\n\n([\s\S]*)\n$/.exec(text) ?? [];
  const faults = faultsOf(body);
  if (!/^<div>.*<\/div>$/.test(body)) faults.push('the body is not one line');
  if (/[{}\uFFFC]/.test(body)) faults.push('the body has braces');
  const front: Record<string, unknown> = parseYaml(yaml);
  for (const value of Object.values(front).flat()) {
    if (/[<>{}]/.test(String(value))) faults.push(`front matter ${String(value).slice(0, 80)}`);
  }
  return faults;
}

type Browser = NonNullable<Awaited<ReturnType<typeof launchChromium>>>;

async function openPage(browser: Browser, origin: string, ran: string[]): Promise<Page> {
  const page = await browser.newPage();
  await page.route('**/*', (route) =>
    route.request().url().startsWith(`${origin}/?`) ? route.abort() : route.continue(),
  );
  await page.route(
    (url) => url.origin !== origin,
    (route) => route.abort(),
  );
  page.on('dialog', (dialog) => {
    ran.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.resourceType() === 'script') ran.push(request.url());
  });
  return page;
}

async function articleFaults(
  page: Page,
  url: string,
  item: Item,
  opened: { pages: number },
): Promise<string[]> {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  opened.pages++;
  const seen = await page.evaluate(() => ({
    children: [...document.body.children].map(({ localName }) => localName).join(),
    heading: document.querySelector('body > article > h1')?.textContent,
    bodies: document.querySelectorAll('body > article > .body').length,
    scripts: document.querySelectorAll('script, [onclick], [onerror], [onload]').length,
  }));
  const faults =
    seen.children === 'header,article' && seen.bodies === 1 ? [] : [`another shape: ${seen.children}`];
  if (seen.heading !== item.title) faults.push(`the title is ${seen.heading}`);
  if (seen.scripts > 0) faults.push('a script is on the page');
  return faults;
}

async function riverFaults(
  page: Page,
  url: string,
  items: readonly Item[],
  opened: { pages: number },
): Promise<string[]> {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  opened.pages++;
  const titles = await page.evaluate(() =>
    [...document.querySelectorAll('body > main > section > article.item > div > h3 > a')].map(
      (a) => a.textContent,
    ),
  );
  return titles.join('\n') === items.map(({ title }) => title).join('\n')
    ? []
    : ['the list is not the items'];
}
