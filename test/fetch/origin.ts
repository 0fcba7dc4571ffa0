import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AddressPolicy } from '../../src/fetch/public-address.ts';

export interface Origin {
  url: string;
  /** Every request that arrived, in order. */
  requests: IncomingMessage[];
  /** Allows this origin and nothing else that is private. */
  policy: AddressPolicy;
  close(): Promise<void>;
}

/** A real HTTP server on loopback. */
export async function startOrigin(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Origin> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    policy: { allowedOrigins: new Set([url]), ownHosts: new Set() },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
