import { pathToFileURL } from 'node:url';
import { IMAGE_MARK } from '../src/article.ts';
import { type CleanBody, cleanBody } from '../src/normalise/clean-body.ts';
import type { ConformanceResult } from './result.ts';

/** What the cases need of cheerio, which they are written for. */
interface Selection {
  map<T>(of: (index: number, element: unknown) => T): { get(): T[] };
}
type Query = (selector: string) => Selection;
type Load = (html: string) => Query;

type BodyCase = [name: string, markup: string, check: (query: Query) => unknown];
type LazyCase = [name: string, markup: string, addresses: string[] | null];

/**
 * Cleans the legitimate constructs of `body-cases.mjs` and the lazy pictures of `lazy-cases.mjs` in the folder `data`,
 * and asks each case whether what must survive did, and whether cleaning again changes nothing.
 */
export async function run(data: string): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'bodies', passed: 0, failed: 0, lines: [] };
  const load = await findCheerio();
  if (load === undefined)
    return { ...result, lines: ['skipped: cheerio, which the cases use, is not installed'] };
  const bodies = await importFrom<{ cases: BodyCase[] }>(`${data}/body-cases.mjs`);
  const lazy = await importFrom<{ cases: LazyCase[]; BASEURL: string }>(`${data}/lazy-cases.mjs`);
  if (bodies === undefined || lazy === undefined)
    result.lines.push(`skipped in part: the cases are not all in ${data}`);
  for (const [name, markup, check] of bodies?.cases ?? []) {
    const { clean, html } = cleaned(markup, 'https://example.com/a/b.html');
    report(result, name, check(load(html)) ? undefined : html, clean);
  }
  for (const [name, markup, addresses] of lazy?.cases ?? []) {
    const { clean, html } = cleaned(markup, lazy?.BASEURL ?? '');
    const shown = addressesOf(load(html));
    const isAsWanted =
      addresses === null ||
      (shown.length === addresses.length &&
        addresses.every((address, at) =>
          address === 'data:' ? shown[at]?.startsWith(address) : shown[at] === address,
        ));
    report(
      result,
      name,
      isAsWanted ? undefined : `${JSON.stringify(shown)}, not ${JSON.stringify(addresses)}`,
      clean,
    );
  }
  return result;
}

function cleaned(markup: string, base: string): { clean: CleanBody; html: string } {
  const clean = cleanBody(markup, { base, scope: 'u-' });
  return { clean, html: clean.html.replaceAll(IMAGE_MARK, '') };
}

/** What a reader sees: pictures, and what stands for a film before it plays. */
function addressesOf(query: Query): string[] {
  const attribute = (element: unknown, name: string): string =>
    (element as { attribs: Record<string, string> }).attribs[name] ?? '';
  const pictures = query('img').map((_, element) => attribute(element, 'src'));
  const posters = query('video[poster]').map((_, element) => attribute(element, 'poster'));
  return [...pictures.get(), ...posters.get()];
}

function report(result: ConformanceResult, name: string, fault: string | undefined, clean: CleanBody): void {
  const again = cleanBody(clean.html, { base: 'https://example.com/a/b.html', scope: 'u-' }).html;
  if (fault === undefined && again === clean.html) result.passed += 1;
  else {
    result.failed += 1;
    result.lines.push(`${name}: ${fault ?? `changes when cleaned again: ${clean.html} -> ${again}`}`);
  }
}

async function importFrom<T>(path: string): Promise<T | undefined> {
  return (await import(pathToFileURL(path).href).catch(() => undefined)) as T | undefined;
}

async function findCheerio(): Promise<Load | undefined> {
  const name = 'cheerio';
  return ((await import(name).catch(() => undefined)) as { load: Load } | undefined)?.load;
}
