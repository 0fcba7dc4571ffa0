/**
 * Every target of `hostile-urls.tsv` in every form in which an address can be given to the image proxy, under every
 * setting of who may ask. One that must be blocked may send nothing but a request to the test origin; one that must be
 * allowed has to arrive where it points. What goes out meets a stand-in for `fetch` that notes it, so nothing leaves
 * the machine; only redirects come from a real origin on the loopback interface, the one private origin that may be
 * asked.
 */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fetch } from '../src/fetch/guarded-fetch.ts';
import type { ImageAccess, KnownHost } from '../src/images/access.ts';
import { proxyImage } from '../src/images/proxy.ts';
import { forgetfulProxy } from './forgetful-proxy.ts';
import type { ConformanceResult } from './result.ts';

const SELF = 'proxy.example.org';
const KEY = 'the key of a conformance run';
const PICTURE = Uint8Array.from('GIF89a..............', (c) => c.charCodeAt(0));

interface Row {
  /** The target, byte for byte. */
  target: string;
  verdict: string;
  why: string;
}

/** A way to write a target into a request's address. */
interface Form {
  name: string;
  /** Whether there is a signature and it is one of ours; without one the settings count. */
  signed?: boolean;
  /** Path and query; `undefined` where the form makes no sense for the target. */
  write(target: string): string | undefined;
  /** Whether the proxy can tell that there is a target. */
  canBeSeen?: (target: string) => boolean;
  /** How often it encodes the target, of which the proxy undoes two. */
  encodes?: number;
  /** Whether the target stands there as it is, and a client changes what an address cannot hold. */
  isRaw?: true;
}

const encode = encodeURIComponent;
const base64url = (target: string) => Buffer.from(target).toString('base64url');
const padded = (target: string) =>
  Buffer.from(target).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
const beginsWithHttp = (target: string) => /^http/i.test(target);
/** An escaped slash in the host would pass for that of an address which is encoded as a whole. */
const behindScheme = (target: string) => /^http:\/\/(?=[^/\\])(?![^/?#]*%252f)(.*)$/is.exec(target)?.[1];
const signature = (target: string, key = KEY) =>
  createHmac('sha256', key)
    .update(canonical(target) ?? target)
    .digest('base64url');
/** go-camo signs the target as it is. */
const camoMac = (target: string, key = KEY) => createHmac('sha1', key).update(target).digest();

const FORMS: readonly Form[] = [
  { name: '?target', isRaw: true, write: (target) => `/?${target}` },
  { name: '?target, encoded', encodes: 1, write: (target) => `/?${encode(target)}` },
  { name: '?target, encoded twice', encodes: 2, write: (target) => `/?${encode(encode(target))}` },
  { name: '?url=, encoded', encodes: 1, write: (target) => `/?url=${encode(target)}` },
  { name: '?url=, encoded twice', encodes: 2, write: (target) => `/?url=${encode(encode(target))}` },
  { name: '?url=, raw', isRaw: true, write: (target) => `/?url=${target}` },
  { name: 'without scheme', isRaw: true, write: (target) => withRest(target, (rest) => `/?${rest}`) },
  {
    name: 'without scheme, encoded',
    encodes: 1,
    write: (target) => withRest(target, (rest) => `/?${encode(rest)}`),
  },
  {
    name: '?url=, without scheme, encoded',
    encodes: 1,
    write: (target) => withRest(target, (rest) => `/?url=${encode(rest)}`),
  },
  { name: '//', isRaw: true, write: (target) => withRest(target, (rest) => `/?//${rest}`) },
  {
    name: '//, encoded',
    encodes: 1,
    write: (target) => withRest(target, (rest) => `/?${encode(`//${rest}`)}`),
  },
  { name: 'http:/', isRaw: true, write: (target) => withRest(target, (rest) => `/?http:/${rest}`) },
  {
    name: 'base64url, padded',
    canBeSeen: beginsWithHttp,
    write: (target) => `/${padded(target)}`,
  },
  {
    name: 'base64url, padding escaped',
    canBeSeen: beginsWithHttp,
    write: (target) => `/${padded(target).replaceAll('=', '%3D')}`,
  },
  { name: 'base64url', canBeSeen: beginsWithHttp, write: (target) => `/${base64url(target)}` },
  { name: 'signed', signed: true, isRaw: true, write: (target) => `/s/${signature(target)}?${target}` },
  {
    name: 'signed, encoded',
    signed: true,
    encodes: 1,
    write: (target) => `/s/${signature(target)}?${encode(target)}`,
  },
  {
    name: 'signed, ?url=',
    signed: true,
    encodes: 1,
    write: (target) => `/s/${signature(target)}?url=${encode(target)}`,
  },
  {
    name: 'go-camo, hex',
    signed: true,
    write: (target) => `/${camoMac(target).toString('hex')}/${Buffer.from(target).toString('hex')}`,
  },
  {
    name: 'go-camo, base64url',
    signed: true,
    write: (target) => `/${camoMac(target).toString('base64url')}/${base64url(target)}`,
  },
  {
    name: 'go-camo with another key',
    signed: false,
    write: (target) => `/${camoMac(target, 'another').toString('base64url')}/${base64url(target)}`,
  },
  { name: 'behind an option', encodes: 1, write: (target) => `/w=640/?${encode(target)}` },
  {
    name: 'signed with another key',
    signed: false,
    encodes: 1,
    write: (target) => `/s/${signature(target, 'another')}?${encode(target)}`,
  },
];

/** A setting of who may ask, and whether it lets a request in that is not signed. */
interface Setting {
  name: string;
  access: (host: string) => ImageAccess;
  known?: KnownHost;
  letsIn: boolean;
}

const access = (mode: ImageAccess['mode'], hosts: string[] = []): ImageAccess => ({
  mode,
  hosts,
  signingKeys: [KEY],
});
const SETTINGS: readonly Setting[] = [
  { name: 'open', access: () => access('open'), letsIn: true },
  { name: 'sources, shown by an article', access: () => access('sources'), known: {}, letsIn: true },
  { name: 'sources, listed by the owner', access: (host) => access('sources', [host]), letsIn: true },
  { name: 'sources, unknown', access: () => access('sources'), letsIn: false },
  { name: 'signed', access: () => access('signed'), known: {}, letsIn: false },
];

export async function run(data: string): Promise<ConformanceResult> {
  const table = await readFile(`${data}/hostile-urls.tsv`, 'utf8').catch(() => undefined);
  const result: ConformanceResult = { name: 'hostile URLs', passed: 0, failed: 0, lines: [] };
  if (table === undefined) return { ...result, lines: [`skipped: ${data}/hostile-urls.tsv is not there`] };
  const origin = await startRedirectingOrigin();
  try {
    const rows = readRows(table, origin.host);
    for (const form of FORMS) {
      for (const row of rows) {
        for (const setting of SETTINGS) {
          const fault = await findFault(row, form, setting, origin.host);
          if (fault === undefined) result.passed += 1;
          else {
            result.failed += 1;
            result.lines.push(
              `${form.name}, ${setting.name}: ${JSON.stringify(row.target)}: ${fault} (${row.why})`,
            );
          }
        }
      }
      result.lines.push(`${form.name}: ${describeCarried(form, rows)}`);
    }
  } finally {
    origin.close();
  }
  return result;
}

function readRows(table: string, origin: string): Row[] {
  const lines = table.split('\n').filter((text) => text !== '' && !text.startsWith('#'));
  return lines.map((line) => {
    const [column = '', verdict = '', why = ''] = line.split('\t');
    const target = String(JSON.parse(`"${column}"`))
      .replaceAll('{SELF}', SELF)
      .replaceAll('{ORIGIN}', origin);
    return { target, verdict, why };
  });
}

async function startRedirectingOrigin(): Promise<{ host: string; close: () => void }> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(`http://origin${request.url}`);
    response.writeHead(Number(searchParams.get('s')), { Location: searchParams.get('to') ?? '' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

/** What is wrong with the answer to a target, if anything. */
async function findFault(
  row: Row,
  form: Form,
  setting: Setting,
  origin: string,
): Promise<string | undefined> {
  const path = form.write(row.target);
  if (path === undefined) return undefined;
  const wanted = canonical(row.target);
  const { status, asked, redirects } = await ask(path, setting, wanted, origin);
  const isLetIn = isCarried(form, row.target) && (form.signed ?? setting.letsIn);
  const isAllowed = row.verdict === 'allow' && isLetIn;
  if (isLetIn && row.target.startsWith(`http://${origin}/redir`) && redirects === 0)
    return 'the redirect was not asked for';
  const told = `${status} after asking ${asked.join(' ') || 'nobody'}`;
  const arrives = form.isRaw ? wanted?.replace(/^[^?]*/, (path) => path.replaceAll("'", '%27')) : wanted;
  if (isAllowed)
    return status === 200 && asked.join() === arrives ? undefined : `${told}, not 200 from ${arrives}`;
  return status >= 400 && asked.length === 0 ? undefined : `${told}, not refused`;
}

/** Asks an isolate that knows nothing yet. `asked` is where requests went besides the test origin, which redirects. */
async function ask(
  path: string,
  setting: Setting,
  target: string | undefined,
  origin: string,
): Promise<{ status: number; asked: string[]; redirects: number }> {
  const asked: string[] = [];
  let redirects = 0;
  const note: Fetch = async (url, init) => {
    if (new URL(url).host === origin) {
      redirects += 1;
      return fetch(url, init);
    }
    asked.push(url);
    return new Response(PICTURE);
  };
  const host = target === undefined ? '' : new URL(target).hostname;
  const proxy = forgetfulProxy({
    fetch: note,
    policy: { allowedOrigins: new Set([`http://${origin}`]), ownHosts: new Set([SELF]) },
    access: setting.access(host),
    knownHost: async () => setting.known,
  });
  const response = await proxyImage(new Request(`https://${SELF}${path}`), proxy);
  await response.body?.cancel();
  return { status: response.status, asked, redirects };
}

/** Where a target points, as a browser would go there: http without a scheme, decoded if it is encoded as a whole. */
function canonical(target: string): string | undefined {
  let text = target;
  for (let times = encodedTimes(target); times > 0; times -= 1) text = decodeURIComponent(text);
  const address = /^[a-z][a-z0-9+.-]*:(?!\d+\/)/i.test(text) ? text : `http://${text}`;
  return URL.canParse(address) ? new URL(address).href.replace(/#.*$/s, '') : undefined;
}

function encodedTimes(target: string): number {
  if (/^[a-z]+%3A/i.test(target)) return 1;
  return /^[a-z]+%253A/i.test(target) ? 2 : 0;
}

function isCarried({ canBeSeen = () => true, encodes = 0 }: Form, target: string): boolean {
  return canBeSeen(target) && encodes + encodedTimes(target) <= 2;
}

/** What becomes of a target on the way in a form that writes it as it is, although it arrives as the same address. */
const CHANGES: readonly { is: string; happens: (target: string) => boolean }[] = [
  { is: 'lose what follows #, which clients keep to themselves', happens: (target) => target.includes('#') },
  { is: 'lose tabs and line ends, which URL parsers drop', happens: (target) => /[\t\r\n]/.test(target) },
  {
    is: 'have characters escaped that a query cannot hold',
    happens: (target) => /[^\x21-\x7e\t\r\n]|["'<>]/.test(target.replace(/#.*$/s, '')),
  },
];

function describeCarried(form: Form, rows: readonly Row[]): string {
  const written = rows.filter(({ target }) => form.write(target) !== undefined);
  const told = CHANGES.map(
    ({ is, happens }) => [written.filter(({ target }) => happens(target)).length, is] as const,
  );
  const isChanged = ({ target }: Row) => CHANGES.some(({ happens }) => happens(target));
  const notSeen = written.filter(({ target }) => form.canBeSeen?.(target) === false).length;
  const encodedTooOften = written.filter(
    ({ target }) => (form.encodes ?? 0) + encodedTimes(target) > 2,
  ).length;
  const kept = written.filter((row) => isCarried(form, row.target) && !(form.isRaw && isChanged(row))).length;
  const others: (readonly [number, string])[] = [
    ...(form.isRaw ? told : []),
    [notSeen, 'do not begin with http, by which this path is known'],
    [encodedTooOften, 'are encoded in themselves, and would have to be decoded too often'],
    [
      rows.length - written.length,
      'cannot be written so: they are not http://, have no host, or an escaped slash in it',
    ],
  ];
  const reasons = others.filter(([count]) => count > 0).map(([count, reason]) => `${count} ${reason}`);
  return [`${kept} targets arrive byte for byte`, ...reasons].join('; ');
}

function withRest(target: string, write: (rest: string) => string): string | undefined {
  const rest = behindScheme(target);
  return rest === undefined ? undefined : write(rest);
}
