import type { PictureCache } from '../../src/images/picture-cache.ts';

/** A cache in memory that keeps and refuses what the Cache API of Workers was seen to keep and refuse. */
export class MemoryCache implements PictureCache {
  readonly entries = new Map<string, { bytes: Uint8Array<ArrayBuffer>; headers: Headers; until: number }>();
  /** Milliseconds since 1970; tests move it. */
  now: number;

  constructor(now: number) {
    this.now = now;
  }

  async put(key: string, response: Response): Promise<void> {
    if (response.status === 206) throw new TypeError('a 206 cannot be stored');
    if (response.headers.get('vary')?.includes('*')) throw new TypeError('Vary: * cannot be stored');
    const bytes = new Uint8Array(await response.arrayBuffer());
    const cacheControl = response.headers.get('cache-control') ?? 'no-store';
    const maxAge = Number(/max-age=(\d+)/.exec(cacheControl)?.[1] ?? 0);
    const isRefused = /no-store|no-cache|private/.test(cacheControl) || response.headers.has('set-cookie');
    if (isRefused || maxAge === 0 || ![200, 301, 404, 410].includes(response.status)) return;
    this.entries.set(key, {
      bytes,
      headers: new Headers(response.headers),
      until: this.now + maxAge * 1000,
    });
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }

  async match(key: Request | string): Promise<Response | undefined> {
    const request = new Request(key);
    const entry = this.entries.get(request.url);
    if (!entry || request.method !== 'GET' || entry.until <= this.now) return undefined;
    const { bytes, headers } = entry;
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get('range') ?? '');
    if (!range) return new Response(bytes, { headers });
    const [, first = '', last = ''] = range;
    const start = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first);
    const end = Math.min(first === '' || last === '' ? bytes.length : Number(last) + 1, bytes.length);
    const partHeaders = new Headers(headers);
    if (start >= bytes.length) {
      partHeaders.set('content-range', `bytes */${bytes.length}`);
      return new Response(null, { status: 416, headers: partHeaders });
    }
    partHeaders.set('content-range', `bytes ${start}-${end - 1}/${bytes.length}`);
    partHeaders.set('content-length', String(end - start));
    return new Response(bytes.slice(start, end), { status: 206, headers: partHeaders });
  }
}
