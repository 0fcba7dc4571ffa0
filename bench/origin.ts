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
const entries = new Map<string, Buffer>();
const NOTHING = Buffer.from(
  'HTTP/1.1 504 Gateway Timeout\r\nCF-Cache-Status: MISS\r\nContent-Length: 0\r\n\r\n',
);

/** What is found goes out as cheaply as from the origin; a PUT is left to a server that can read one. */
const cache = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  const answer = (request: Buffer) => {
    const target = /^GET (\S+)/.exec(request.toString('latin1'))?.[1];
    if (target !== undefined) return void socket.write(entries.get(target) ?? NOTHING);
    socket.off('data', answer).pause();
    socket.unshift(request);
    puts.emit('connection', socket);
    socket.resume();
  };
  socket.on('data', answer);
});

/** workerd PUTs a whole HTTP message, and learns from `CF-Cache-Status` later whether it gets one back. */
const puts = createHttpServer((request, response) => {
  // a picture that nobody read to its end breaks off here too
  store(request, response).catch(() => response.destroy());
});

async function store(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isKept = request.url?.includes('%2Fstored%2F');
  const pieces: Buffer[] = [];
  for await (const piece of request) if (isKept) pieces.push(piece);
  if (isKept) entries.set(request.url ?? '', markAsFound(Buffer.concat(pieces)));
  response.writeHead(204, { Connection: 'close' }).end();
}

function markAsFound(message: Buffer): Buffer {
  const line = message.indexOf('\r\n') + 2;
  return Buffer.concat([
    message.subarray(0, line),
    Buffer.from('CF-Cache-Status: HIT\r\n'),
    message.subarray(line),
  ]);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.on('disconnect', () => process.exit());
process.send?.({ origin: await listen(origin), cache: await listen(cache) } satisfies OriginAddresses);
