import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the origin answers at one path, set by a test. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Text, or bytes as base64. */
  body?: string | { base64: string };
  /** Answer 304 to a request that repeats this entity tag, as a well-kept server does. */
  etag?: string;
  /** Never answer. */
  hangs?: boolean;
  /** Send so many bytes of the body at once, then one by one at this interval in milliseconds, or nothing more. */
  drip?: { bytes: number; everyMs?: number };
}

/** One request as it reached the origin. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * A real HTTP origin on loopback that tests in another process drive over HTTP: `PUT /_answers` with a map from path to
 * `Answer` replaces all answers and forgets what was seen, `GET /_seen` tells the requests since.
 */
export async function startOrigin(): Promise<{ origin: string; close: () => Promise<void> }> {
  let answers = new Map<string, Answer>();
  let seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    if (path === '/_answers') {
      answers = new Map(Object.entries(JSON.parse(await bodyOf(request))));
      seen = [];
      return response.end();
    }
    if (path === '/_seen') return response.end(JSON.stringify(seen));
    seen.push({
      method: request.method ?? '',
      path,
      headers: { ...request.headers } as Record<string, string>,
      body: await bodyOf(request),
    });
    return send(answers.get(path), request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(answer: Answer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (answer === undefined) {
    response.writeHead(404).end('nothing here');
    return;
  }
  if (answer.hangs) return;
  const headers = { ...answer.headers, ...(answer.etag !== undefined && { ETag: answer.etag }) };
  if (answer.etag !== undefined && request.headers['if-none-match'] === answer.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const { body = '' } = answer;
  response.writeHead(answer.status ?? 200, headers);
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.base64, 'base64');
  if (answer.drip) drip(bytes, answer.drip, response);
  else response.end(bytes);
}

function drip(body: Buffer, { bytes, everyMs }: NonNullable<Answer['drip']>, response: ServerResponse): void {
  response.write(body.subarray(0, bytes));
  if (everyMs === undefined) return;
  let sent = bytes;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + 1));
    sent += 1;
    if (sent >= body.length) response.end();
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
