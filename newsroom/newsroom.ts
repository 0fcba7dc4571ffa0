import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toArticlePage, toFrontPage } from './article-pages.ts';
import {
  type Edition,
  newest,
  toAtom,
  toCdataRss,
  toContentRss,
  toEscapedRss,
  toGbkRss,
  toJsonFeed,
  toRdf,
} from './feeds.ts';
import { toGbk } from './gbk.ts';
import type { Site } from './site.ts';
import { cloudAtlas } from './sites/cloud-atlas.ts';
import { harbour } from './sites/harbour.ts';
import { jiangnan } from './sites/jiangnan.ts';
import { luming } from './sites/luming.ts';
import { minato } from './sites/minato.ts';
import { orbit } from './sites/orbit.ts';
import { shanhai } from './sites/shanhai.ts';
import { tinker } from './sites/tinker.ts';

/** How one site serves its feed and its pictures. */
export interface Service {
  site: Site;
  /** File name of the feed. */
  file: string;
  /** The Content-Type it claims. */
  type: string;
  write(site: Site, edition: Edition): string;
  validators: ReadonlyArray<'etag' | 'last-modified'>;
  /** Who gets its pictures: anyone, requests that name one of its own pages, or any page of this host. */
  picturesFor: 'anyone' | 'own-pages' | 'own-host';
  charset?: 'gbk';
  /** Answers 500 to the second request, the fourth and so on. */
  failsEverySecondTime?: true;
  /** What the feed breaks off after. */
  breaksOffAfter?: string;
}

const RSS = 'application/rss+xml; charset=utf-8';

export const services: readonly Service[] = [
  {
    site: shanhai,
    file: 'feed.xml',
    type: 'application/xml; charset=utf-8',
    write: toCdataRss,
    validators: ['etag'],
    picturesFor: 'own-pages',
  },
  {
    site: jiangnan,
    file: 'feed.xml',
    type: RSS,
    write: toEscapedRss,
    validators: ['last-modified'],
    picturesFor: 'own-host',
  },
  {
    site: harbour,
    file: 'atom.xml',
    type: 'application/atom+xml',
    write: toAtom,
    validators: ['etag', 'last-modified'],
    picturesFor: 'anyone',
  },
  {
    site: orbit,
    file: 'feed.rdf',
    type: 'application/rdf+xml',
    write: toRdf,
    validators: ['etag'],
    picturesFor: 'anyone',
  },
  {
    site: tinker,
    file: 'feed.json',
    type: 'application/feed+json',
    write: toJsonFeed,
    validators: ['etag', 'last-modified'],
    picturesFor: 'anyone',
  },
  {
    site: luming,
    file: 'feed.xml',
    type: 'text/xml',
    write: toGbkRss,
    validators: [],
    picturesFor: 'own-pages',
    charset: 'gbk',
  },
  {
    site: minato,
    file: 'feed.xml',
    type: RSS,
    write: toContentRss,
    validators: [],
    picturesFor: 'anyone',
    breaksOffAfter: 'いちばん多いのは',
  },
  {
    site: cloudAtlas,
    file: 'feed.xml',
    type: RSS,
    write: toContentRss,
    validators: ['etag'],
    picturesFor: 'anyone',
    failsEverySecondTime: true,
  },
];

const PICTURE_TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
};
const PICTURES = new URL('./pictures/', import.meta.url);
const TRANSPARENT_PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** A newsroom that is answering. */
export interface Newsroom {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Starts the sample newsroom on 127.0.0.1: eight sites under one origin, each with a feed of another kind, pages and
 * pictures. Addresses are identities, so a caller who comes back asks for the same `port`; a taken one is replaced by
 * a free one. Dates count back from the start of the day of `now` (milliseconds, UTC), so validators hold for a day.
 */
export async function startNewsroom(options: { port?: number; now?: number } = {}): Promise<Newsroom> {
  const now = new Date(options.now ?? Date.now());
  const day = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const feedRequests = new Map<string, number>();
  let origin = '';
  const server = createServer((request, response) => {
    send(request, response, answer(request, { origin, day, feedRequests }));
  });
  const { port } = await listen(server, options.port ?? 0);
  origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  const listening = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listening(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    return listening(0);
  });
  return server.address() as AddressInfo;
}

interface Room {
  origin: string;
  day: number;
  /** How often each site's feed was asked for. */
  feedRequests: Map<string, number>;
}

function answer(request: IncomingMessage, room: Room): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, headers: { allow: 'GET, HEAD' } };
  const { pathname } = new URL(request.url ?? '/', room.origin);
  const [, path, ...rest] = pathname.split('/');
  const service = services.find(({ site }) => site.path === path);
  if (!service) return path === '' ? html(directory(room.origin)) : notFound();

  const at = `${room.origin}/${service.site.path}`;
  const edition = { at, day: room.day };
  const [first, second] = rest;
  if (first === service.file) return feed(request, service, edition, room);
  if (first === 'tracker.gif') return picture('blank.gif');
  if (first === 'pictures' && second !== undefined) {
    return mayHavePicture(request, service, room.origin)
      ? picture(second)
      : { status: 403, body: 'Forbidden\n' };
  }
  if (first === 'articles') {
    const story = service.site.stories.find(({ slug }) => slug === second);
    return story ? html(toArticlePage(service.site, story, edition)) : notFound();
  }
  return first === '' || first === undefined ? html(toFrontPage(service.site, service, at)) : notFound();
}

function feed(request: IncomingMessage, service: Service, edition: Edition, room: Room): Answer {
  const times = (room.feedRequests.get(service.site.path) ?? 0) + 1;
  room.feedRequests.set(service.site.path, times);
  if (service.failsEverySecondTime && times % 2 === 0) return { status: 500, body: 'The cloud is full\n' };

  const body = feedBytes(service, edition);
  const headers: Record<string, string> = { 'content-type': service.type };
  if (service.validators.includes('etag')) {
    headers.etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  }
  if (service.validators.includes('last-modified')) {
    headers['last-modified'] = new Date(newest(service.site, edition.day)).toUTCString();
  }
  // If-Modified-Since counts only where there is no If-None-Match (RFC 9110, 13.1.3).
  const asked = request.headers['if-none-match'];
  const unchanged =
    asked === undefined
      ? headers['last-modified'] !== undefined &&
        request.headers['if-modified-since'] === headers['last-modified']
      : headers.etag !== undefined && asked.replace(/^W\//, '') === headers.etag;
  return unchanged ? { status: 304, headers } : { status: 200, headers, body };
}

function feedBytes(service: Service, edition: Edition): Uint8Array {
  const whole = service.write(service.site, edition);
  const text = service.breaksOffAfter
    ? whole.slice(0, whole.indexOf(service.breaksOffAfter) + service.breaksOffAfter.length)
    : whole;
  return service.charset === 'gbk' ? toGbk(text) : new TextEncoder().encode(text);
}

function mayHavePicture(request: IncomingMessage, service: Service, origin: string): boolean {
  const referer = request.headers.referer ?? '';
  switch (service.picturesFor) {
    case 'anyone':
      return true;
    case 'own-host':
      return referer.startsWith(`${origin}/`);
    case 'own-pages':
      return referer.startsWith(`${origin}/${service.site.path}/`);
  }
}

function picture(name: string): Answer {
  const headers = { 'content-type': 'image/gif', 'cache-control': 'max-age=86400' };
  if (name === 'blank.gif') return { status: 200, headers, body: TRANSPARENT_PIXEL };
  const type = PICTURE_TYPES[/^[\w-]+\.(\w+)$/.exec(name)?.[1] ?? ''];
  if (!type) return notFound();
  try {
    return {
      status: 200,
      headers: { ...headers, 'content-type': type },
      body: readFileSync(new URL(name, PICTURES)),
    };
  } catch {
    return notFound();
  }
}

function directory(origin: string): string {
  const list = services.map(({ site, file }) => {
    const at = `${origin}/${site.path}`;
    return `<li lang="${site.language}"><a href="${at}/">${site.name}</a> (<a href="${at}/${file}">feed</a>)</li>`;
  });
  return `<!doctype html>\n<meta charset="utf-8">\n<title>The newsroom</title>\n<ul>\n${list.join('\n')}\n</ul>\n`;
}

function html(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function notFound(): Answer {
  return { status: 404, body: 'Not found\n' };
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(request.method === 'HEAD' || status === 304 ? undefined : body);
}
