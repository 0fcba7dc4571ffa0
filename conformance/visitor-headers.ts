/**
 * What an origin of pictures learns of a visitor: nothing. A whole Tributary is asked by Chromium, with cookies and an
 * authorization set, and by a client that sends every header it can think of; two real origins write down what arrives,
 * also behind redirects and on every rung of the Referer ladder. It must be the headers of a list, and hold nothing that
 * the visitor sent.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { launchChromium } from './chromium.ts';
import { type Answer, answerFeed, FEED_PATH, startOrigin, startProxy } from './picture-origin.ts';
import type { ConformanceResult } from './result.ts';

const PICTURE = Buffer.from(
  'GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;',
  'latin1',
);
/** Stands in everything that a visitor sends of himself. */
const SECRET = 'secret';

/** Headers by which clients, proxies and platforms tell of a visitor, and what browsers add. */
const TELLING =
  `cookie cookie2 authorization proxy-authorization proxy-connection from referer origin user-agent dnt
  sec-gpc save-data x-forwarded-for x-forwarded-host x-forwarded-proto x-forwarded-port x-forwarded-server x-forwarded
  x-original-forwarded-for x-real-ip x-client-ip x-cluster-client-ip x-remote-ip x-remote-addr x-originating-ip
  client-ip true-client-ip fastly-client-ip fly-client-ip forwarded cf-connecting-ip cf-connecting-ipv6 cf-pseudo-ipv4
  cf-connecting-o2o cf-ipcountry cf-ipcity cf-iplatitude cf-iplongitude cf-timezone cf-visitor cf-ray cf-ew-via
  cf-worker cf-access-jwt-assertion cf-access-authenticated-user-email cdn-loop accept-language accept-charset
  accept-datetime sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-ch-ua-arch sec-ch-ua-model
  sec-ch-ua-full-version-list sec-ch-prefers-color-scheme sec-ch-width sec-fetch-site sec-fetch-mode sec-fetch-dest
  sec-fetch-user sec-purpose device-memory downlink ect rtt dpr viewport-width width upgrade-insecure-requests
  x-requested-with x-csrf-token x-xsrf-token x-api-key x-auth-token x-access-token x-session-id idempotency-key
  x-cors-headers x-request-id x-correlation-id traceparent tracestate baggage x-b3-traceid b3 x-amzn-trace-id
  x-cloud-trace-context x-wap-profile x-uidh x-att-deviceid x-up-subno x-msisdn x-do-not-track purpose priority pragma
  cache-control if-match if-unmodified-since prefer content-type content-language warning x-http-method-override
  x-forwarded-user remote-user x-webauth-user x-ssl-client-cert ssl-client-cert x-anything-else`.split(/\s+/);

/** All that may arrive, and how it may read. `Connection` and `Host` belong to the transfer itself. */
const ALLOWED: Record<string, RegExp> = {
  host: /^127\.0\.0\.1:\d+$/,
  connection: /^keep-alive$/i,
  'user-agent': /^Tributary\/\d+\.\d+\.\d+( \(\+http:\/\/[^\s()]+\))?$/,
  accept: /^image\/[a-z+;,/*=.0-9]+$/,
  'accept-encoding': /^identity$/,
  via: /^(1\.1 proxy, )*1\.1 127\.0\.0\.1:\d+$/,
  referer: /^http:\/\/127\.0\.0\.1:\d+(\/|\/an-article)$/,
};
/** What was asked for, and what the runtime adds: the zone of the Worker, or what stands for it on a laptop. */
const ALLOWED_TOO: Record<string, RegExp> = {
  range: /^bytes=0-9$/,
  'cf-worker': /^tributary\.example\.com$/,
};

export async function run(): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'headers of visitors', passed: 0, failed: 0, lines: [] };
  const second = await startOrigin((_, response) => redirect(response, `${first.origin}/third.gif`));
  const first = await startOrigin(answerAs(() => second.origin));
  try {
    const proxy = await startProxy(first, [second]);
    try {
      let asks = 0;
      const asked = async (what: string, ask: (address: string) => Promise<unknown>) => {
        for (const [path, count] of PATHS) {
          asks += 1;
          const address = `${proxy.origin}/?${first.origin}${path}?${asks}`;
          const seen = await arrivalsDuring([first, second], () => ask(address));
          const faults = seen.flatMap(faultsOf);
          if (seen.length !== count) faults.push(`${seen.length} requests arrived, not ${count}`);
          if (faults.length === 0) result.passed++;
          else {
            result.failed++;
            result.lines.push(`${what}, ${path}: ${[...new Set(faults)].join('; ')}`);
          }
        }
      };
      await asked('every header', askWithEverything);
      for (const name of TELLING) await asked(name, (address) => askWith(address, { [name]: SECRET }));
      const browser = await launchChromium();
      if (!browser) result.lines.push('Chromium is not on the PATH or in CHROMIUM: left out');
      else {
        const context = await browser.newContext({
          extraHTTPHeaders: { authorization: SECRET, 'x-secret': SECRET },
          locale: 'de-SECRET',
        });
        await context.addCookies([{ name: SECRET, value: SECRET, url: proxy.origin }]);
        const page = await context.newPage();
        await asked('Chromium opens', (address) => page.goto(address));
        await page.goto(`${first.origin}/page?${SECRET}`);
        await asked('Chromium shows', (address) =>
          page.evaluate(async (src) => {
            const image = new Image();
            image.src = src;
            // one that is refused is an error here, and what was sent is looked at all the same
            await image.decode().catch(() => {});
          }, address),
        );
        await browser.close();
      }
    } finally {
      await proxy.stop();
    }
  } finally {
    first.close();
    second.close();
  }
  return result;
}

/** What is asked for, and how many requests it takes: straight, three hops, and on all rungs of the Referer ladder. */
const PATHS = [
  ['/straight.gif', 1],
  ['/first.gif', 3],
  ['/refused.gif', 3],
] as const;

function answerAs(second: () => string): Answer {
  return (request, response) => {
    const { url = '' } = request;
    if (url === FEED_PATH) return answerFeed(request, response);
    if (url.startsWith('/page'))
      return response.writeHead(200, { 'Content-Type': 'text/html' }).end('A page');
    if (url.startsWith('/first.gif')) return redirect(response, `${second()}/second.gif`);
    if (url.startsWith('/refused.gif')) return response.writeHead(403).end();
    response.writeHead(200, { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store' }).end(PICTURE);
  };
}

function redirect(response: Parameters<Answer>[1], location: string): void {
  response.writeHead(302, { Location: location, 'Set-Cookie': 'of=origin' }).end();
}

async function arrivalsDuring(
  origins: readonly { requests: IncomingMessage[] }[],
  work: () => Promise<unknown>,
): Promise<IncomingMessage[]> {
  for (const { requests } of origins) requests.length = 0;
  await work();
  const all = origins.flatMap(({ requests }) => requests);
  return all.filter(({ url = '' }) => url.includes('.gif'));
}

function faultsOf({ method, url, rawHeaders }: IncomingMessage): string[] {
  const faults = method === 'GET' ? [] : [`${url} was asked with ${method}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const pattern = ALLOWED[name.toLowerCase()] ?? ALLOWED_TOO[name.toLowerCase()];
    if (pattern === undefined || !pattern.test(value)) faults.push(`${url} got ${name}: ${value}`);
  }
  if (new RegExp(SECRET, 'i').test(rawHeaders.join('\n'))) faults.push(`${url} got a secret`);
  for (const name of Object.keys(ALLOWED)) {
    if (
      name !== 'referer' &&
      name !== 'connection' &&
      !rawHeaders.some((each) => each.toLowerCase() === name)
    )
      faults.push(`${url} got no ${name}`);
  }
  return faults;
}

function askWithEverything(address: string): Promise<void> {
  const headers = Object.fromEntries(TELLING.map((name) => [name, SECRET]));
  return askWith(address, {
    ...headers,
    via: `1.1 ${SECRET}, 1.0 ${SECRET}`,
    accept: `image/webp, ${SECRET}`,
    range: 'bytes=0-9',
  });
}

/** A client that sends headers as they are given. */
function askWith(address: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    httpRequest(address, { headers }, (response) => {
      response.resume().once('end', resolve).once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
