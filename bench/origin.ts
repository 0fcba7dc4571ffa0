/**
 * What a bench of the image proxy needs around the proxy, in a process of its own: an origin of pictures, and a service
 * behind the Cache API. It tells its parent their addresses. The origin speaks just enough HTTP to cost little.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface OriginAddresses {
  origin: string;
  cache: string;
}

/** Bytes that a picture of the kind `paused` begins with, and how long the rest takes. */
const BEGINNING_BYTES = 1000;
const PAUSE_MS = 100;

/** Answers `GET /<bytes>/<kind>/…` with a picture of that size, which may be stored only if the kind says so. */
const origin = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', (request) => {
    const [, size = '', kind] = /^GET (\S+)/.exec(request.toString('latin1'))?.[1]?.split('/') ?? [];
    if (kind === 'paused') return void sendWithPause(socket, Number(size));
    socket.write(head(Number(size), kind === 'unstored' ? 'no-store' : 'max-age=3600'));
    socket.write(picture(Number(size)));
  });
});

function sendWithPause(socket: Socket, size: number): void {
  socket.write(Buffer.concat([head(size, 'no-store'), picture(size).subarray(0, BEGINNING_BYTES)]));
  setTimeout(() => socket.write(picture(size).subarray(BEGINNING_BYTES)), PAUSE_MS);
}

function head(size: number, cacheControl: string): Buffer {
  const lines = [`Content-Length: ${size}`, 'Content-Type: image/gif', `Cache-Control: ${cacheControl}`];
  return Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`);
}

const pictures = new Map<number, Buffer>();
function picture(size: number): Buffer {
  const made = pictures.get(size) ?? Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(size - 6, 1)]);
  pictures.set(size, made);
  return made;
}

/** What is kept: pictures of the kind `stored`. Others would fill the memory, and nobody asks for them again. */
const entries = new Map<string, { headers: string[]; body: Buffer }>();

/** workerd PUTs a whole HTTP message, and learns from `CF-Cache-Status` whether it gets one back. */
const cache = createHttpServer((request, response) => {
  // a picture that nobody read to its end breaks off here too
  if (request.method === 'PUT') return void store(request, response).catch(() => response.destroy());
  const entry = entries.get(request.url ?? '');
  if (entry === undefined) return void response.writeHead(504, { 'CF-Cache-Status': 'MISS' }).end();
  response.writeHead(200, ['CF-Cache-Status', 'HIT', ...entry.headers]).end(entry.body);
});

async function store(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isKept = request.url?.includes('%2Fstored%2F');
  const pieces: Buffer[] = [];
  for await (const piece of request) if (isKept) pieces.push(piece);
  const message = Buffer.concat(pieces);
  const end = message.indexOf('\r\n\r\n');
  const lines = message.toString('latin1', 0, Math.max(end, 0)).split('\r\n').slice(1);
  const headers = lines.flatMap((line) => /^([^:]+): ?(.*)$/.exec(line)?.slice(1) ?? []);
  if (isKept) entries.set(request.url ?? '', { headers, body: message.subarray(end + 4) });
  response.writeHead(204).end();
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.on('disconnect', () => process.exit());
process.send?.({ origin: await listen(origin), cache: await listen(cache) } satisfies OriginAddresses);
