/**
 * Which Referer the image proxy sends where: for every host of `referers.tsv`, whose word is taken for what each host
 * wants, asked directly and through a redirect; for hosts that are not listed; and for every proxied address in the
 * posts of the old system. Origins are stand-ins for `fetch` that answer a wrong Referer as the table says of them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { KnownHost } from '../src/images/access.ts';
import { proxyImage } from '../src/images/proxy.ts';
import { forgetfulProxy } from './forgetful-proxy.ts';
import type { ConformanceResult } from './result.ts';

const OLD_PROXY = /https:\/\/cors\.zfour\.workers\.dev\/\?([^\s"'<>()]+)/g;
const PAGE = 'https://blog.example.org/a-post?id=1';
const PICTURE = 'GIF89a: the picture';
/** What some hosts answer to a wrong Referer, with status 200. */
const WARNING = 'GIF89a: not allowed';

interface Row {
  pattern: string;
  rule: string;
  evidence: string;
}

/** An origin's answer to a Referer; `undefined` is none. */
type Origin = (referer: string | undefined, url: URL) => Response;

interface Asked {
  url: string;
  referer: string | undefined;
}

export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'Referers', passed: 0, failed: 0, lines: [] };
  const file = path.join(data, 'referers.tsv');
  if (!existsSync(file)) return { ...result, lines: [`skipped: ${file} is not there`] };
  const rows = readRows(readFileSync(file, 'utf8'));
  const addresses = addressesInPosts(path.join(data, 'posts'));
  const faults = [
    ...(await all(rows, (row) => checkRow(row, rows))),
    ...(await all([401, 403, 418], checkUnlisted)),
    ...(await all(addresses, (address) => checkPost(address, rows))),
  ];
  const wrong = faults.filter((fault) => fault !== undefined);
  const lines = [`${rows.length} rows, ${addresses.length} addresses in posts`, ...wrong];
  return { ...result, passed: faults.length - wrong.length, failed: wrong.length, lines };
}

/** What is wrong, or `undefined` for each check that passes. */
type Faults = (string | undefined)[];

async function all<T>(items: readonly T[], check: (item: T) => Promise<Faults>): Promise<Faults> {
  return (await Promise.all(items.map(check))).flat();
}

function readRows(text: string): Row[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const rows = lines.map((line) => {
    const [pattern = '', rule = '', evidence = ''] = line.split('\t');
    return { pattern, rule, evidence };
  });
  return rows.filter(({ pattern }) => pattern !== '*');
}

/** A host of the table gets its own Referer at the first attempt, wherever the picture was seen. */
async function checkRow(row: Row, rows: readonly Row[]): Promise<Faults> {
  const faults: Faults = [];
  for (const host of hostsOf(row.pattern)) {
    for (const scheme of ['http', 'https']) {
      const url = `${scheme}://${host}/a.gif?x=1`;
      const right = refererOf(url, PAGE, rows);
      for (const page of row.rule === 'page' ? [PAGE] : [PAGE, undefined]) {
        const { asked, body } = await ask(url, { page }, strictOrigin(right, row.evidence));
        faults.push(faultOf(url, asked, [{ url, referer: right }], body));
      }
      const from = `https://unlisted.example.org/to?${url}`;
      const { asked, body } = await ask(from, { page: PAGE }, (referer, hop) =>
        hop.href === from ? redirect(url) : strictOrigin(right, row.evidence)(referer, hop),
      );
      faults.push(faultOf(from, asked.slice(1), [{ url, referer: right }], body));
    }
  }
  return faults;
}

/** Hosts that a pattern stands for: the domain itself and names below it, or any digits. */
function hostsOf(pattern: string): string[] {
  if (pattern.startsWith('*.')) return [pattern.slice(2), `a${pattern.slice(1)}`, `a.b-1${pattern.slice(1)}`];
  return pattern.includes('*') ? ['1', '17'].map((digits) => pattern.replace('*', digits)) : [pattern];
}

/** The oracle: what the longest pattern that fits says; a host that is not listed gets the page. */
function refererOf(address: string, page: string, rows: readonly Row[]): string | undefined {
  const url = new URL(address);
  const fitting = rows.filter(({ pattern }) => fits(url.hostname, pattern));
  const [row] = fitting.toSorted((a, b) => b.pattern.length - a.pattern.length);
  if (row === undefined || row.rule === 'page') return page;
  if (row.rule === 'self') return `${url.origin}/`;
  return row.rule === 'none' ? undefined : new URL(row.rule).href;
}

function fits(host: string, pattern: string): boolean {
  if (pattern.startsWith('*.')) return host === pattern.slice(2) || host.endsWith(pattern.slice(1));
  const [before = '', after] = pattern.split('*');
  return after === undefined ? host === pattern : host.startsWith(before) && host.endsWith(after);
}

/** Gives the picture to one Referer only, and to others what was seen of such a host. */
function strictOrigin(right: string | undefined, evidence: string): Origin {
  return (referer) => (referer === right ? new Response(PICTURE) : wrongReferer(evidence));
}

function wrongReferer(evidence: string): Response {
  if (/placeholder|"not allowed" picture/.test(evidence)) return new Response(WARNING);
  const [status = '403'] = /\b(?:401|403|404|418)\b/.exec(evidence) ?? [];
  return new Response(null, { status: Number(status) });
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

/** The ladder for a host that nobody knows: the page, none, its own origin, as long as it answers `status`. */
async function checkUnlisted(status: number): Promise<Faults> {
  const url = 'https://unlisted.example.org/a.gif';
  const self = 'https://unlisted.example.org/';
  const refusing =
    (accepts: (referer: string | undefined) => boolean): Origin =>
    (referer) =>
      accepts(referer) ? new Response(PICTURE) : new Response(null, { status });
  const kinds: [string, KnownHost, Origin, (string | undefined)[]][] = [
    ['takes any', { page: PAGE }, refusing(() => true), [PAGE]],
    [
      'none works, foreign fails',
      { page: PAGE },
      refusing((referer) => referer === undefined),
      [PAGE, undefined],
    ],
    ['none works, foreign fails, no page', {}, refusing((referer) => referer === undefined), [undefined]],
    ['none fails', { page: PAGE }, refusing((referer) => referer !== undefined), [PAGE]],
    ['none fails, no page', {}, refusing((referer) => referer !== undefined), [undefined, self]],
    ['own only', { page: PAGE }, refusing((referer) => referer === self), [PAGE, undefined, self]],
    ['own only, known', { page: PAGE, referer: 'origin' }, refusing((referer) => referer === self), [self]],
    [
      'none only, known',
      { page: PAGE, referer: 'none' },
      refusing((referer) => referer === undefined),
      [undefined],
    ],
  ];
  return all(kinds, async ([name, known, origin, referers]) => {
    const { asked, body } = await ask(url, known, origin);
    return [
      faultOf(
        `${name} (${status})`,
        asked,
        referers.map((referer) => ({ url, referer })),
        body,
      ),
    ];
  });
}

function addressesInPosts(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const posts = readdirSync(folder).filter((name) => name.endsWith('.md'));
  const found = posts.flatMap((name) =>
    Array.from(
      readFileSync(path.join(folder, name), 'utf8').matchAll(OLD_PROXY),
      ([, target = '']) => target,
    ),
  );
  return [...new Set(found)];
}

/** An address of the old proxy means what stands behind its `?`, byte for byte; ours understands it encoded too. */
async function checkPost(target: string, rows: readonly Row[]): Promise<Faults> {
  const referer = refererOf(target, PAGE, rows);
  return all([target, encodeURIComponent(target)], async (query) => {
    const { asked, body } = await ask(query, { page: PAGE }, () => new Response(PICTURE));
    return [faultOf(target, asked, [{ url: target, referer }], body)];
  });
}

function faultOf(
  what: string,
  asked: readonly Asked[],
  wanted: readonly Asked[],
  body: string,
): string | undefined {
  const told = (each: readonly Asked[]) =>
    each.map(({ url, referer }) => `${url} from ${referer ?? 'nowhere'}`).join(', ');
  if (told(asked) !== told(wanted)) return `${what}: asked ${told(asked)}, should ask ${told(wanted)}`;
  return body === PICTURE ? undefined : `${what}: the answer is ${body}`;
}

/** What goes out when a client asks for a picture, and the body that comes back. */
async function ask(
  query: string,
  known: KnownHost,
  origin: Origin,
): Promise<{ asked: Asked[]; body: string }> {
  const asked: Asked[] = [];
  const proxy = forgetfulProxy({
    fetch: async (url, { headers }) => {
      const referer = headers.get('referer') ?? undefined;
      asked.push({ url, referer });
      return origin(referer, new URL(url));
    },
    access: { mode: 'sources', hosts: [], signingKeys: [] },
    knownHost: async () => known,
  });
  const response = await proxyImage(new Request(`https://proxy.example.org/?${query}`), proxy);
  return { asked, body: await response.text() };
}
