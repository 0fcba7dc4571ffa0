/**
 * What a browser makes of proxied pictures: a whole Tributary in front of a hostile origin, and Chromium on a page of
 * another site. Pictures must load in every way a page may want them; nothing that an origin sends may run, render,
 * ask anybody for anything or reach the browser as a header.
 */
import { once } from 'node:events';
import {
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import {
  type Answer,
  answerFeed,
  FEED_PATH,
  type PictureOrigin,
  startOrigin,
  startProxy,
} from './picture-origin.ts';
import type { ConformanceResult } from './result.ts';

/** Long enough for what a document does by itself. */
const SETTLE_MS = 300;

const GIF = Buffer.from(
  'GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;',
  'latin1',
);
const ETAG = '"a-tag"';
const MODIFIED = 'Mon, 02 Nov 2026 10:00:00 GMT';

/** Whatever runs tells the origin so, in every way that a policy might leave open. */
const SCRIPT = `new Image().src='BEACON/image';fetch('BEACON/fetch').catch(()=>{});document.documentElement.setAttribute('data-ran','1')`;
const PAGE = `<html><body onload="${SCRIPT}"><img src=BEACON/markup onerror="${SCRIPT}"><script>${SCRIPT}</script></body></html>`;
const SVG =
  'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"';
const CDATA = `<![CDATA[${SCRIPT}]]>`;
const XSLT = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html xmlns="http://www.w3.org/1999/xhtml"><body><script>${CDATA}</script></body></html></xsl:template></xsl:stylesheet>`;

/** Pictures that try to be more than that: they may be shown. */
const ACTIVE_PICTURES: Record<string, string> = {
  'an SVG with a script': `<svg ${SVG}><script>${CDATA}</script></svg>`,
  'an SVG with handlers': `<svg ${SVG} onload="${SCRIPT}"><animate attributeName="x" dur="1ms" onbegin="${SCRIPT}" onend="${SCRIPT}"/><image href="BEACON/none" onerror="${SCRIPT}"/></svg>`,
  'an SVG with a foreign script': `<svg ${SVG}><script href="BEACON/script"/><script xlink:href="data:text/javascript,${encodeURIComponent(SCRIPT)}"/></svg>`,
  'an SVG with HTML in it': `<svg ${SVG}><foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><iframe srcdoc="&lt;script>${SCRIPT}&lt;/script>"/><iframe src="BEACON/frame"/><img src="BEACON/img" onerror="${SCRIPT}"/><meta http-equiv="refresh" content="0;url=BEACON/refresh"/><script>${CDATA}</script></body></foreignObject></svg>`,
  'an SVG that loads things': `<svg ${SVG}><style>@import url(BEACON/import);@font-face{font-family:f;src:url(BEACON/font)}text{font-family:f}rect{fill:url(BEACON/fill#a)}</style><text y="5">a</text><rect width="9" height="9"/><image href="BEACON/image" width="9" height="9"/><use href="BEACON/use#a"/></svg>`,
  'an SVG with a stylesheet': `<?xml version="1.0"?><?xml-stylesheet type="text/css" href="BEACON/css"?><?xml-stylesheet type="text/xsl" href="BEACON/xsl"?><svg ${SVG}/>`,
  'an SVG with a transformation': `<?xml-stylesheet type="text/xsl" href="data:text/xml,${encodeURIComponent(XSLT)}"?><svg ${SVG}/>`,
  'an SVG with entities': `<!DOCTYPE svg [<!ENTITY script "&#60;script xmlns='http://www.w3.org/2000/svg'>${SCRIPT.replaceAll("'", '&#39;')}&#60;/script>"><!ENTITY file SYSTEM "BEACON/entity">]><svg ${SVG}>&script;&file;</svg>`,
  'an SVG that goes elsewhere': `<svg ${SVG}><a href="javascript:${SCRIPT}"><rect width="9" height="9"/></a><script>location='BEACON/location';open('BEACON/open')</script></svg>`,
  'a GIF that is HTML too': `GIF89a/*${PAGE}`,
  'a JPEG that is HTML too': `\xff\xd8\xff\xe0${PAGE}`,
  'a BMP that is HTML too': `BM${'\0'.repeat(12)}${PAGE}`,
  'an icon that is HTML too': `\0\0\x01\0${PAGE}`,
};

/** What is no picture, whatever it is called: it must not be shown. */
const NO_PICTURES: Record<string, string> = {
  HTML: `<!doctype html>${PAGE}`,
  'HTML behind a comment': `<!-- GIF89a -->${PAGE}`,
  'HTML behind white space': `\n\n  ${PAGE}`,
  'HTML with an SVG in it': `<html><svg ${SVG}><script>${CDATA}</script></svg>${PAGE}</html>`,
  XHTML: `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><script>${CDATA}</script></body></html>`,
  XML: `<?xml version="1.0"?><a><script xmlns="http://www.w3.org/1999/xhtml">${CDATA}</script></a>`,
  'XML with a transformation': `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="data:text/xml,${encodeURIComponent(XSLT)}"?><a/>`,
  multipart: `--x\r\nContent-Type: text/html\r\n\r\n${PAGE}\r\n--x\r\nContent-Type: image/gif\r\n\r\nGIF89a\r\n--x--`,
  MHTML: `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n${PAGE}\r\n--x--`,
  PDF: '%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj',
  script: SCRIPT,
  'HTML in UTF-16': `\xff\xfe${Array.from(PAGE, (c) => `${c}\0`).join('')}`,
};

const TYPES = [
  'image/jpeg',
  'image/svg+xml',
  'text/html',
  'application/xhtml+xml',
  'multipart/x-mixed-replace; boundary=x',
  'image/gif, text/html',
  '',
];

/** Headers by which an origin would speak to the browser in our name. */
const HOSTILE_HEADERS: OutgoingHttpHeaders = {
  'Accept-CH': 'Sec-CH-UA-Model',
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Origin': 'https://evil.example',
  'Access-Control-Max-Age': '1',
  'Alt-Svc': 'h3="evil.example:443"',
  'Clear-Site-Data': '"*"',
  'Content-Disposition': 'attachment; filename=evil.html',
  'Content-Language': 'tlh',
  'Content-Location': '/elsewhere',
  'Content-Security-Policy': "default-src * 'unsafe-inline'; report-uri BEACON/report",
  'Content-Security-Policy-Report-Only': "default-src 'none'; report-uri BEACON/report-only",
  'Critical-CH': 'Sec-CH-UA-Model',
  'Cross-Origin-Embedder-Policy': 'require-corp; report-to="evil"',
  'Cross-Origin-Opener-Policy': 'same-origin; report-to="evil"',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Document-Policy': 'js-profiling',
  'Integrity-Policy': 'blocked-destinations=(script)',
  Link: '<BEACON/preload>; rel=preload; as=image, <BEACON/css>; rel=stylesheet, <BEACON/module>; rel=modulepreload',
  'Login-Status': 'logged-out',
  NEL: '{"report_to":"evil","max_age":60,"success_fraction":1}',
  'Observe-Browsing-Topics': '?1',
  'Origin-Agent-Cluster': '?1',
  'Permissions-Policy': 'camera=*',
  'Proxy-Authenticate': 'Basic realm="evil"',
  'Public-Key-Pins': 'pin-sha256="x"; max-age=60',
  'Referrer-Policy': 'unsafe-url',
  Refresh: '0; url=BEACON/refresh',
  'Report-To': '{"group":"evil","max_age":60,"endpoints":[{"url":"BEACON/report-to"}]}',
  'Reporting-Endpoints': 'evil="BEACON/reporting"',
  'Retry-After': '9999999',
  Server: 'evil',
  'Server-Timing': 'evil;dur=1',
  'Service-Worker-Allowed': '/',
  'Set-Cookie': ['evil=1; Path=/', 'evil2=1; Path=/; HttpOnly'],
  'Set-Cookie2': 'evil=1',
  SourceMap: 'BEACON/map',
  'Speculation-Rules': '"BEACON/speculation"',
  'Strict-Transport-Security': 'max-age=60; includeSubDomains',
  'Supports-Loading-Mode': 'credentialed-prerender',
  'Timing-Allow-Origin': 'https://evil.example',
  Via: '1.1 evil',
  'WWW-Authenticate': 'Basic realm="evil"',
  Warning: '299 evil',
  'X-Anything-Else': 'evil',
  'X-Content-Type-Options': 'none',
  'X-DNS-Prefetch-Control': 'on',
  'X-Frame-Options': 'DENY',
  'X-Powered-By': 'evil',
};

/** All headers that an answer may have, and what they must say. */
const ALLOWED: Record<string, RegExp> = {
  'accept-ranges': /^bytes$/,
  'access-control-allow-origin': /^\*$/,
  'access-control-expose-headers': /^[\w-]+(, [\w-]+)*$/,
  'cache-control': /^(public|private|no-store)(, max-age=\d+)?$/,
  'content-length': /^\d+$/,
  'content-range': /^bytes (\d+-\d+|\*)\/\d+$/,
  'content-security-policy': /^default-src 'none'; style-src 'unsafe-inline'; sandbox$/,
  'content-type': /^(image\/(gif|jpeg|png|bmp|x-icon|svg\+xml)|text\/plain; charset=utf-8)$/,
  'cross-origin-resource-policy': /^cross-origin$/,
  etag: /^"a-tag"$/,
  'last-modified': /^Mon, 02 Nov 2026 10:00:00 GMT$/,
  'timing-allow-origin': /^\*$/,
  vary: /^Accept$/,
  'x-content-type-options': /^nosniff$/,
  // of the transfer, by the local server
  connection: /^keep-alive$/i,
  date: /GMT$/,
  'keep-alive': /^timeout=\d+$/,
  'transfer-encoding': /^chunked$/,
};
const ON_EVERY_ANSWER = [
  'access-control-allow-origin',
  'access-control-expose-headers',
  'content-security-policy',
  'cross-origin-resource-policy',
  'timing-allow-origin',
  'x-content-type-options',
];

/** Everything that the checks need. */
interface Scene {
  source: PictureOrigin;
  /** Where the proxy is, on another site than the page. */
  proxy: string;
  /** The address at the proxy of what the origin has at a path. */
  proxied(path: string): string;
  /** A page of another site; `coep` lets in only what agrees to it. */
  pageUrl(kind: 'plain' | 'coep'): string;
  check(what: string, faults: readonly string[]): void;
}

export async function run(): Promise<ConformanceResult> {
  const result: ConformanceResult = { name: 'pictures in Chromium', passed: 0, failed: 0, lines: [] };
  const source = await startOrigin(answerHostile);
  const pages = await startOrigin(({ url = '' }, response) => {
    const policy = url === '/coep' ? { 'Cross-Origin-Embedder-Policy': 'require-corp' } : {};
    response
      .writeHead(200, { 'Content-Type': 'text/html', ...policy })
      .end('<!doctype html><title>A page</title>');
  });
  try {
    const { origin: proxy, stop } = await startProxy(source);
    const browser = await launchChromium();
    const scene: Scene = {
      source,
      proxy,
      proxied: (path) => `${proxy}/?${source.origin}${path}`,
      pageUrl: (kind) => `${pages.origin.replace('127.0.0.1', 'localhost')}/${kind}`,
      check(what, faults) {
        if (faults.length === 0) result.passed++;
        else {
          result.failed++;
          result.lines.push(`${what}: ${[...new Set(faults)].join('; ')}`);
        }
      },
    };
    try {
      await checkHeaders(scene);
      if (browser) await checkInBrowser(browser, scene);
      else result.lines.push('Chromium is not on the PATH or in CHROMIUM: left out');
    } finally {
      await browser?.close();
      await stop();
    }
  } finally {
    source.close();
    pages.close();
  }
  return result;
}

/**
 * The origin: `/picture/…` is one with every hostile header; `/body/…` one of the bodies under one of the types; what
 * runs in the browser asks for `/beacon/…`.
 */
const answerHostile: Answer = (request, response) => {
  const { url = '', headers } = request;
  const [, what, first = '', second = ''] = url.split(/[/?]/);
  if (url === FEED_PATH) answerFeed(request, response);
  else if (what === 'beacon') response.writeHead(204).end();
  else if (what === 'body') answerBody(Number(first), Number(second), `http://${headers.host}`, response);
  else answerPicture(first, request, response);
};

function answerBody(body: number, type: number, origin: string, response: ServerResponse): void {
  const bodies = [...Object.values(ACTIVE_PICTURES), ...Object.values(NO_PICTURES)];
  const text = bodies[body]?.replaceAll('BEACON', `${origin}${beaconPath(body, type)}`) ?? '';
  const bytes = Buffer.from(text, 'latin1');
  const named = TYPES[type];
  response
    .writeHead(200, { 'Content-Length': bytes.length, ...(named && { 'Content-Type': named }) })
    .end(bytes);
}

function beaconPath(body: number, type: number): string {
  return `/beacon/${body}-${type}`;
}

function answerPicture(kind: string, { headers }: IncomingMessage, response: ServerResponse): void {
  const all: OutgoingHttpHeaders = {
    ...hostileHeaders(`http://${headers.host}/beacon/headers`),
    ETag: ETAG,
    'Last-Modified': MODIFIED,
    'Content-Type': 'text/html',
    'Cache-Control': kind === 'unstored' ? 'no-store' : 'max-age=600, stale-while-revalidate=9',
  };
  // so short a part is taken for what it is called
  const part = {
    'Content-Range': `bytes 0-9/${GIF.length}`,
    'Content-Length': 10,
    'Content-Type': 'image/gif',
  };
  const whole = { 'Content-Length': GIF.length };
  if (kind === 'redirect') response.writeHead(302, { ...all, Location: '/picture/unstored/' }).end();
  else if (kind === 'missing') response.writeHead(404, all).end(PAGE);
  else if (kind === 'locked') response.writeHead(401, all).end(PAGE);
  else if (headers['if-none-match'] === ETAG) response.writeHead(304, all).end();
  else if (headers.range) response.writeHead(206, { ...all, ...part }).end(GIF.subarray(0, 10));
  else response.writeHead(200, { ...all, ...whole }).end(GIF);
}

function hostileHeaders(beacon: string): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(HOSTILE_HEADERS).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll('BEACON', beacon) : value,
    ]),
  );
}

/** No header of an origin comes through on any kind of answer, and ours are on each. */
async function checkHeaders({ proxied, proxy, source, check }: Scene): Promise<void> {
  const stored = proxied('/picture/stored/a');
  const unstored = proxied('/picture/unstored/a');
  const range = { Range: 'bytes=0-9' };
  const condition = { 'If-None-Match': ETAG };
  const asks: [
    what: string,
    status: number,
    address: string,
    method?: string,
    headers?: OutgoingHttpHeaders,
  ][] = [
    ['first time', 200, stored],
    ['from the cache', 200, stored],
    ['from memory', 200, stored],
    ['from memory again', 200, stored],
    ['HEAD', 200, stored, 'HEAD'],
    ['a part from the cache', 206, stored, 'GET', range],
    ['a part that is not there', 416, stored, 'GET', { Range: 'bytes=900-999' }],
    ['not modified', 304, stored, 'GET', condition],
    ['not stored', 200, unstored],
    ['a part from the origin', 206, unstored, 'GET', range],
    ['not modified, says the origin', 304, unstored, 'GET', condition],
    ['HEAD, not stored', 200, unstored, 'HEAD'],
    ['behind a redirect', 200, proxied('/picture/redirect/a')],
    ['not there', 404, proxied('/picture/missing/a')],
    ['not there, remembered', 404, proxied('/picture/missing/a')],
    ['locked', 502, proxied('/picture/locked/a')],
    ['no picture', 502, proxied('/body/13/2')],
    ['refused', 403, `${proxy}/?http://10.0.0.1/a.gif`],
    ['not an address', 400, `${proxy}/?http://`],
    ['a stranger', 403, `${proxy}/?http://stranger.example/a.gif`],
  ];
  for (const [what, status, address, method = 'GET', headers = {}] of asks) {
    const answer = await ask(address, method, headers);
    const faults = headerFaults(answer.rawHeaders);
    if (answer.statusCode !== status) faults.push(`the status is ${answer.statusCode}, not ${status}`);
    check(`headers, ${what}`, faults);
  }
  for (const address of [stored, `${proxy}/?http://10.0.0.1/a.gif`]) {
    const asked = source.requests.length;
    const { statusCode, headers } = await ask(address, 'OPTIONS', {
      'Access-Control-Request-Headers': 'x-custom',
    });
    const faults = ON_EVERY_ANSWER.filter((name) => !(name in headers)).map((name) => `${name} is missing`);
    if (statusCode !== 204) faults.push(`the status is ${statusCode}`);
    if (source.requests.length > asked) faults.push('the origin was asked');
    check(`headers, preflight of ${address}`, faults);
  }
}

async function ask(address: string, method: string, headers: OutgoingHttpHeaders): Promise<IncomingMessage> {
  const request = httpRequest(address, { method, headers }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
}

function headerFaults(rawHeaders: readonly string[]): string[] {
  const faults: string[] = [];
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  for (const [at, name] of names.entries()) {
    const value = rawHeaders[2 * at + 1] ?? '';
    if (!ALLOWED[name]?.test(value)) faults.push(`${name}: ${value}`);
  }
  for (const name of ON_EVERY_ANSWER) if (!names.includes(name)) faults.push(`${name} is missing`);
  return faults;
}

async function checkInBrowser(browser: Browser, scene: Scene): Promise<void> {
  const context = await browser.newContext();
  await checkEmbedding(await context.newPage(), scene);
  await checkState(context, scene);
  await checkBodies(context, scene);
}

/** A page of another site may show, read and measure pictures. */
async function checkEmbedding(page: Page, { source, proxied, pageUrl, check }: Scene): Promise<void> {
  for (const kind of ['plain', 'coep'] as const) {
    await page.goto(pageUrl(kind));
    for (const path of ['/picture/stored/b', '/picture/unstored/b', '/picture/redirect/b']) {
      const seen = await page.evaluate(lookAt, proxied(path));
      check(`${kind} page, ${path}`, [
        ...(seen.loads ? [] : ['<img> does not load']),
        ...(seen.canvas === 'clean' ? [] : [`the canvas is ${seen.canvas}`]),
        ...(seen.background ? [] : ['it is not measured']),
      ]);
    }
    const direct = await page.evaluate(lookAt, `${source.origin}/picture/unstored/`);
    check(`${kind} page, the picture itself`, direct.loads ? ['it loads, so that nothing was shown'] : []);
    for (const [path, status] of [
      ['/picture/stored/c', 200],
      ['/picture/missing/c', 404],
      ['/body/13/2', 502],
    ] as const) {
      const fetched = await page.evaluate(fetchWithPreflight, proxied(path));
      check(`${kind} page, fetch of ${path}`, fetched === `${status} nosniff` ? [] : [fetched]);
    }
  }
}

/** Runs in the page. */
async function lookAt(src: string): Promise<{ loads: boolean; canvas: string; background: boolean }> {
  const load = async (crossOrigin?: string) => {
    const image = new Image();
    if (crossOrigin !== undefined) image.crossOrigin = crossOrigin;
    image.src = `${src}?${Math.random()}`;
    await image.decode();
    return image;
  };
  const loads = await load().then(
    ({ naturalWidth }) => naturalWidth > 0,
    () => false,
  );
  const canvas = await load('anonymous').then(
    (image) => {
      const drawn = document.createElement('canvas');
      drawn.getContext('2d')?.drawImage(image, 0, 0);
      return drawn.toDataURL().startsWith('data:image/png') ? 'clean' : 'empty';
    },
    (error: Error) => `not drawn: ${error.message}`,
  );
  const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const background = (entries.at(-1)?.decodedBodySize ?? 0) > 0;
  return { loads, canvas, background };
}

/** Runs in the page. */
async function fetchWithPreflight(address: string): Promise<string> {
  try {
    const response = await fetch(address, {
      headers: { 'X-Custom': '1', 'Content-Type': 'application/json' },
    });
    await response.arrayBuffer();
    // only what is exposed can be read
    return `${response.status} ${response.headers.has('x-content-type-options') ? 'exposed' : 'nosniff'}`;
  } catch (error) {
    return String(error);
  }
}

/** Headers of an origin change nothing that the browser keeps for our host. */
async function checkState(context: BrowserContext, { source, proxy, proxied, check }: Scene): Promise<void> {
  const page = await context.newPage();
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.url()));
  await context.addCookies([{ name: 'mine', value: '1', url: proxy }]);
  for (const kind of ['stored', 'unstored', 'redirect', 'missing']) {
    const address = proxied(`/picture/${kind}/d`);
    await page.goto(address).catch((error: Error) => downloads.push(error.message));
    await page.waitForTimeout(SETTLE_MS);
    const cookies = (await context.cookies(proxy)).map(({ name }) => name).join();
    check(`opened, ${kind}`, [
      ...downloads.splice(0).map((what) => `download: ${what}`),
      ...(page.url() === address ? [] : [`the page went to ${page.url()}`]),
      ...(cookies === 'mine' ? [] : [`the cookies are ${cookies}`]),
      ...beaconsIn(source, '/beacon/headers'),
    ]);
  }
  await page.close();
}

/** Bodies by themselves and embedded: nothing runs, and what is no picture is not shown. */
async function checkBodies(context: BrowserContext, scene: Scene): Promise<void> {
  const bodies = [...Object.keys(ACTIVE_PICTURES), ...Object.keys(NO_PICTURES)];
  for (const [body, name] of bodies.entries()) {
    const faults = await Promise.all(
      TYPES.map((_, type) => openBody(context, scene, { body, type, isPicture: name in ACTIVE_PICTURES })),
    );
    for (const [type, declared] of TYPES.entries())
      scene.check(`${name} as ${declared || 'nothing'}`, faults[type] ?? []);
  }
}

async function openBody(
  context: BrowserContext,
  { source, proxied, pageUrl }: Scene,
  { body, type, isPicture }: { body: number; type: number; isPicture: boolean },
): Promise<string[]> {
  const address = proxied(`/body/${body}/${type}`);
  const faults: string[] = [];
  try {
    const page = await context.newPage();
    const status = (await page.goto(address))?.status();
    await page.waitForTimeout(SETTLE_MS);
    const shown = await page.evaluate(() => document.contentType);
    if (status !== (isPicture ? 200 : 502)) faults.push(`the status is ${status}`);
    if (isPicture ? !shown.startsWith('image/') : shown !== 'text/plain')
      faults.push(`it is shown as ${shown}`);
    if (await page.evaluate(hasRun)) faults.push('a script ran');
    await page.goto(pageUrl('plain'));
    await page.evaluate(embed, address);
    await page.waitForTimeout(SETTLE_MS);
    if (await page.evaluate(hasRun)) faults.push('a script ran in the page');
    await page.close();
  } catch (error) {
    faults.push(`the browser was lost: ${String(error).split('\n', 1)}`);
  }
  return [...faults, ...beaconsIn(source, beaconPath(body, type))];
}

/** Runs in the page. */
function hasRun(): boolean {
  return document.documentElement.hasAttribute('data-ran');
}

/** Runs in the page. */
function embed(src: string): void {
  document.body.innerHTML = `<iframe src="${src}"></iframe><object data="${src}"></object><embed src="${src}">
    <img src="${src}"><video src="${src}"></video><link rel="stylesheet" href="${src}">`;
  const script = document.createElement('script');
  script.src = src;
  document.body.append(script);
}

function beaconsIn({ requests }: PictureOrigin, path: string): string[] {
  return requests
    .filter(({ url = '' }) => url.startsWith(`${path}/`))
    .map(({ url }) => `the browser asked for ${url}`);
}
