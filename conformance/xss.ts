import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeHTML } from 'entities/decode';
import { IMAGE_MARK } from '../src/article.ts';
import { cleanBody } from '../src/normalise/clean-body.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';
import type { ConformanceResult } from './result.ts';

const HARNESS = 'http://harness.test/';
const HARNESS_PAGE = '<!doctype html><title>harness</title>';
const MUTATIONS = 20_000;
const LIVE_BATCH = 60;
const CONTROL_BATCH = 10;
const INERT_BATCH = 1000;
/** Raw fragments the judge must find fault with before it is believed. */
const CONTROLS = 300;

interface Verdict {
  ran: boolean;
  faults: string[];
}

/** A page with the judge in it. */
interface JudgePage {
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  close(): Promise<void>;
  /** Scripts that ran or were asked for, as the browser tells from outside of the page. */
  scripts: readonly string[];
}

interface JudgeBrowser {
  name: string;
  open(): Promise<JudgePage>;
  close(): Promise<void>;
}

/**
 * Judges cleaned bodies in headless Chromium and Firefox, as far as they are there: every fragment of
 * `xss-corpus.json.gz` in the folder `data` as a written page, by `innerHTML` and in a template, and 20,000 mutations
 * of them parsed without running. No script may run, no dangerous element, attribute or address may be left, the page
 * around must stay whole, and the browser's tree must be the one the markup says. The judge is believed only if it
 * finds the raw fragments dangerous.
 */
export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'hostile markup', passed: 0, failed: 0, lines: [] };
  const packed = await readFile(`${data}/xss-corpus.json.gz`).catch(() => undefined);
  if (packed === undefined) return { ...result, lines: [`skipped: ${data}/xss-corpus.json.gz is not there`] };
  const corpus = JSON.parse(gunzipSync(packed).toString()) as { id: string; html: string }[];
  for (const [name, start] of Object.entries({ Chromium: chromiumJudge, Firefox: firefoxJudge })) {
    const browser = await start();
    if (browser === undefined) {
      result.lines.push(`${name} skipped: it is not on PATH or in ${name.toUpperCase()}`);
      continue;
    }
    try {
      await judgeControls(browser, corpus, result);
      await judgeLive(browser, corpus, result);
      await judgeMutations(browser, corpus, result);
    } finally {
      await browser.close();
    }
  }
  return result;
}

/** The body as it is served: its pictures behind a proxy. */
function served(html: string): string {
  const options = { base: 'https://example.com/a/b.html', scope: 'u-' };
  return cleanBody(html, options).html.replaceAll(IMAGE_MARK, 'https://proxy.test/?');
}

async function judgeControls(
  browser: JudgeBrowser,
  corpus: readonly { html: string }[],
  result: ConformanceResult,
): Promise<void> {
  let ran = 0;
  let faulty = 0;
  let lost = 0;
  const step = Math.ceil(corpus.length / CONTROLS);
  const raw = corpus.filter((_, index) => index % step === 0).map(({ html }) => html);
  for (let at = 0; at < raw.length; at += CONTROL_BATCH) {
    const page = await browser.open();
    const fragments = raw.slice(at, at + CONTROL_BATCH);
    // a raw fragment may navigate or freeze the page, which is a find too
    const verdicts = await judgePage(page, fragments).catch((): Verdict[] => []);
    lost += verdicts.length === 0 ? 1 : 0;
    ran += verdicts.filter((verdict) => verdict.ran).length;
    faulty += verdicts.filter(({ faults }) => faults.length > 0).length;
    await page.close();
  }
  const page = await browser.open();
  const misplaced = ['<table>x</table>', '<p><div>x</div></p>', '<a><a>x</a></a>', '<tr>x</tr>', '</div>x'];
  const trees = await page.evaluate(
    judgeInert,
    misplaced.map((html) => ({ html, tree: readTree(html) ?? '' })),
  );
  await page.close();
  const believed =
    ran > raw.length / 10 && faulty > raw.length / 4 && trees.every((faults) => faults.length > 0);
  result.lines.push(
    `${browser.name}: of ${raw.length} raw fragments ${ran} ran script, ${faulty} were dangerous, ${lost} pages were lost`,
  );
  if (!believed) {
    result.failed += 1;
    result.lines.push(`${browser.name}: the judge finds too little in raw fragments to be believed`);
  } else result.passed += 1;
}

async function judgeLive(
  browser: JudgeBrowser,
  corpus: readonly { id: string; html: string }[],
  result: ConformanceResult,
): Promise<void> {
  const page = await browser.open();
  for (let at = 0; at < corpus.length; at += LIVE_BATCH) {
    const batch = corpus.slice(at, at + LIVE_BATCH);
    const verdicts = await judgePage(
      page,
      batch.map(({ html }) => served(html)),
    );
    batch.forEach(({ id, html }, index) => {
      const { ran, faults } = verdicts[index] ?? { ran: false, faults: ['no verdict'] };
      report(result, `${browser.name}, ${id}`, [
        ...(ran ? ['script ran'] : []),
        ...faults,
        ...mismatches(html),
      ]);
    });
  }
  result.failed += page.scripts.length;
  result.lines.push(
    ...page.scripts.map((script) => `${browser.name}: a script ran or was asked for: ${script}`),
  );
  await page.close();
}

async function judgeMutations(
  browser: JudgeBrowser,
  corpus: readonly { html: string }[],
  result: ConformanceResult,
): Promise<void> {
  const page = await browser.open();
  const mutate = mutator(corpus.map(({ html }) => html));
  for (let done = 0; done < MUTATIONS; done += INERT_BATCH) {
    const raw = Array.from({ length: INERT_BATCH }, mutate);
    const clean = raw.map((html) => served(html));
    const faults = await page.evaluate(
      judgeInert,
      clean.map((html) => ({ html, tree: readTree(html) ?? '' })),
    );
    raw.forEach((html, index) => {
      report(result, `${browser.name}, mutation ${done + index} ${JSON.stringify(html.slice(0, 400))}`, [
        ...(faults[index] ?? ['no verdict']),
        ...mismatches(html),
      ]);
    });
  }
  await page.close();
}

function report(result: ConformanceResult, id: string, faults: readonly string[]): void {
  if (faults.length === 0) result.passed += 1;
  else {
    result.failed += 1;
    result.lines.push(`${id}: ${[...new Set(faults)].join('; ')}`);
  }
}

/** What is wrong with a cleaned body without a browser: it is not well-formed, or cleaning it again changes it. */
function mismatches(html: string): string[] {
  const options = { base: 'https://example.com/a/b.html', scope: 'u-' };
  const once = cleanBody(html, options).html;
  const faults = readTree(once) === undefined ? ['not well-formed'] : [];
  return cleanBody(once, options).html === once ? faults : [...faults, 'changes when cleaned again'];
}

const VOID = new Set('br col hr img source track wbr'.split(' '));

/**
 * The tree that strictly written markup says, in the notation of `treeOf` in the page; undefined when a tag is not
 * ended, or ended in the wrong order, or anything else is not in the narrow grammar the cleaner writes.
 */
function readTree(html: string): string | undefined {
  const token = /<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+(?:="[^"<>]*")?)*)>|([^<>]+)/y;
  const open: string[] = [];
  let tree = '';
  let text = '';
  let isBeginOfPre = false;
  let at = 0;
  while (at < html.length) {
    token.lastIndex = at;
    const match = token.exec(html);
    if (match === null) return undefined;
    at = token.lastIndex;
    const [, slash, name = '', attributes = '', run] = match;
    if (run !== undefined) {
      // the tree builder drops the first line break of a `pre`
      text += isBeginOfPre && text === '' ? decodeHTML(run).replace(/^\n/, '') : decodeHTML(run);
      continue;
    }
    if (text !== '') tree += JSON.stringify(text);
    text = '';
    isBeginOfPre = slash === '' && name === 'pre';
    if (slash === '/') {
      if (open.pop() !== name) return undefined;
      tree += `</${name}>`;
    } else {
      tree += `<${name}${readAttributes(attributes)}>`;
      if (VOID.has(name)) tree += `</${name}>`;
      else open.push(name);
    }
  }
  if (open.length > 0) return undefined;
  return text === '' ? tree : tree + JSON.stringify(text);
}

function readAttributes(attributes: string): string {
  return [...attributes.matchAll(/ ([a-z-]+)(?:="([^"]*)")?/g)]
    .map(([, name, value = '']) => ` ${name}=${JSON.stringify(decodeHTML(value))}`)
    .sort()
    .join('');
}

async function chromiumJudge(): Promise<JudgeBrowser | undefined> {
  const browser = await launchChromium();
  if (browser === undefined) return undefined;
  return {
    name: `Chromium ${browser.version()}`,
    close: () => browser.close(),
    open: async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const scripts: string[] = [];
      page.on('dialog', (dialog) => {
        scripts.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', (request) => {
        if (request.resourceType() === 'script') scripts.push(request.url());
      });
      await page.route('**/*', (route) =>
        route.request().url() === HARNESS && route.request().frame() === page.mainFrame()
          ? route.fulfill({ contentType: 'text/html', body: HARNESS_PAGE })
          : route.abort(),
      );
      await page.goto(HARNESS);
      const evaluate: JudgePage['evaluate'] = (run, argument) => page.evaluate(run as never, argument);
      await evaluate(installJudge, undefined);
      return { evaluate, scripts, close: () => context.close() };
    },
  };
}

async function firefoxJudge(): Promise<JudgeBrowser | undefined> {
  const firefox = await launchFirefox();
  if (firefox === undefined) return undefined;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(HARNESS_PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name: `Firefox ${firefox.version}`,
    close: async () => {
      await firefox.close();
      server.close();
    },
    open: async () => {
      const page = await firefox.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.evaluate(installJudge, undefined);
      return { ...page, scripts: [] };
    },
  };
}

function judgePage(page: JudgePage, fragments: readonly string[]): Promise<Verdict[]> {
  return page.evaluate(
    (all) => (window as unknown as { judgeLive(f: readonly string[]): Promise<Verdict[]> }).judgeLive(all),
    fragments,
  );
}

/** Runs in the page, for each batch: what a browser makes of markup that is not shown. */
function judgeInert(fragments: { html: string; tree: string }[]): string[][] {
  const judge = (window as unknown as { judgeTree(html: string, tree: string): string[] }).judgeTree;
  return fragments.map(({ html, tree }) => judge(html, tree));
}

/** Runs in the page, once: defines `judgeLive` and `judgeTree`. */
function installJudge(): void {
  const DANGEROUS =
    /^(?:script|style|link|meta|base|object|embed|applet|svg|frame|frameset|form|input|button|select|textarea|template|noscript|noembed|xmp|plaintext|title|body|html|head|portal|annotation-xml)$/;
  const ADDRESSES =
    /^(?:href|src|action|formaction|poster|cite|data|background|xlink:href|srcset|ping|to|from|values)$/;

  function faultsOf(root: ParentNode): string[] {
    const faults: string[] = [];
    for (const element of root.querySelectorAll('*')) {
      const name = element.localName;
      if (DANGEROUS.test(name)) faults.push(`<${name}>`);
      if (name === 'iframe' && !element.hasAttribute('sandbox')) faults.push('iframe without sandbox');
      for (const attribute of element.attributes) {
        const value = attribute.value.replace(/[\0-\x20]/g, '');
        if (/^on|^style$|^srcdoc$|^target$/.test(attribute.name)) faults.push(`${name} ${attribute.name}`);
        if (!ADDRESSES.test(attribute.name)) continue;
        const scheme = /^([^/?#:]*):/.exec(value)?.[1]?.toLowerCase() ?? '';
        const isPicture = name === 'img' && /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/i.test(value);
        const isContact = name === 'a' && /^(?:mailto|tel)$/.test(scheme);
        if (!/^https?$/.test(scheme) && !value.startsWith('#') && !isPicture && !isContact)
          faults.push(`${name} ${attribute.name}=${value.slice(0, 60)}`);
      }
    }
    return faults;
  }

  function treeOf(node: Node): string {
    let tree = '';
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        tree += JSON.stringify((child as Text).data);
        continue;
      }
      if (!(child instanceof Element) && child.nodeType !== Node.ELEMENT_NODE) return `${tree}<!-->`;
      const element = child as Element;
      const attributes = [...element.attributes].map(
        ({ name, value }) => ` ${name}=${JSON.stringify(value)}`,
      );
      tree += `<${element.localName}${attributes.sort().join('')}>${treeOf(element)}</${element.localName}>`;
    }
    return tree;
  }

  const asPage = (html: string, doctype: string) =>
    `${doctype}<body><p id="before">b</p><div id="box">${html}</div><p id="after">a</p></body>`;

  function brokenPage(page: Document): string[] {
    const [before, box, after] = ['before', 'box', 'after'].map((id) => page.getElementById(id));
    const whole =
      page.body.children.length === 3 &&
      page.body.firstElementChild === before &&
      before?.nextElementSibling === box &&
      box?.nextElementSibling === after &&
      after?.textContent === 'a' &&
      page.body.textContent === `b${box?.textContent}a`;
    return whole ? [] : ['breaks the page around it'];
  }

  function judgeTree(html: string, tree: string): string[] {
    const faults: string[] = [];
    const box = document.implementation.createHTMLDocument('').createElement('div');
    box.innerHTML = html;
    faults.push(...faultsOf(box));
    if (treeOf(box) !== tree) faults.push(`innerHTML makes another tree: ${treeOf(box).slice(0, 300)}`);
    for (const doctype of ['<!doctype html>', '']) {
      const page = new DOMParser().parseFromString(asPage(html, doctype), 'text/html');
      faults.push(...brokenPage(page));
      const written = page.getElementById('box');
      if (written === null || treeOf(written) !== tree) faults.push(`a page${doctype} makes another tree`);
    }
    const template = document.createElement('template');
    template.innerHTML = html;
    if (treeOf(template.content) !== tree) faults.push('a template makes another tree');
    return faults;
  }

  /** Does what a reader might: follows script links, and lets every handler hear its event. */
  function interact(page: Document): void {
    for (const element of page.querySelectorAll<HTMLElement>('*')) {
      if (/^\s*javascript:/i.test(element.getAttribute('href') ?? '')) element.click?.();
      for (const { name } of element.attributes) {
        if (name.startsWith('on')) element.dispatchEvent(new Event(name.slice(2)));
      }
    }
  }

  async function judgeLive(fragments: readonly string[]): Promise<Verdict[]> {
    const frames = fragments.map((html) => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const verdict: Verdict = { ran: false, faults: [] };
      const page = frame.contentDocument as Document;
      page.open();
      for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'eval']) {
        Object.defineProperty(frame.contentWindow, name, {
          value: () => {
            verdict.ran = true;
          },
        });
      }
      page.write(asPage(html, '<!doctype html>'));
      page.close();
      if (page.body === null) verdict.faults.push('no body');
      else {
        verdict.faults.push(...brokenPage(page), ...faultsOf(page.getElementById('box') ?? page));
        const box = page.createElement('div');
        page.body.append(box);
        box.innerHTML = html;
        verdict.faults.push(...faultsOf(box));
        const template = page.createElement('template');
        template.innerHTML = html;
        box.replaceChildren(template.content);
        interact(page);
      }
      return { frame, verdict };
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const { frame, verdict } of frames) {
      const loaded = frame.contentWindow?.performance.getEntriesByType('resource') ?? [];
      for (const entry of loaded) {
        if ((entry as PerformanceResourceTiming).initiatorType === 'script') verdict.ran = true;
      }
      frame.remove();
    }
    return frames.map(({ verdict }) => verdict);
  }

  Object.assign(window, { judgeLive, judgeTree });
}

/** Pieces that make tree builders and tokenizers change their ways. */
const PIECES = [
  '<table>',
  '<td>',
  '<tr>',
  '</table>',
  '<caption>',
  '<colgroup><col>',
  '<p>',
  '</p>',
  '<b>',
  '</b>',
  '<a href="x">',
  '</a>',
  '<li>',
  '<ul>',
  '</ul>',
  '<dd>',
  '<h1>',
  '<ruby><rt>',
  '<svg>',
  '</svg>',
  '<math>',
  '<mi>',
  '<mtext>',
  '</math>',
  '<annotation-xml encoding="text/html">',
  '<style>',
  '</style>',
  '<title>',
  '<textarea>',
  '<noscript>',
  '</noscript>',
  '<template>',
  '<select><option>',
  '<iframe src="//www.youtube.com/embed/a">',
  '<img src=a.jpg title="',
  '<img src="a.jpg" onerror=alert(1)>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<pre>\n',
  '<div hidden>',
  '<div class="language-js">',
  '<pre data-lang=go>',
  '<picture><source srcset="a.jpg 1x, b.jpg 2x">',
  '</picture>',
  '<video poster=a.jpg>',
  '</br>',
  '<p/>',
  '"',
  "'",
  '>',
  '<',
  '&lt;',
  '&#x3c;script&#x3e;',
  '\0',
  '\u00a0',
  '\ufdd0',
  ' ',
  'x',
];

/** Seeded, so that a find can be found again. */
function mutator(corpus: readonly string[]): () => string {
  let state = 20261123;
  const random = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? '';
  return () => {
    const one = pick(corpus).slice(0, 4000);
    const other = pick(corpus).slice(0, 4000);
    let html = one.slice(0, random(one.length + 1)) + other.slice(random(other.length + 1));
    for (let count = random(8); count > 0; count--) {
      const at = random(html.length + 1);
      const drop = random(4) === 0 ? random(6) : 0;
      html = html.slice(0, at) + pick(PIECES) + html.slice(at + drop);
    }
    return html;
  };
}
