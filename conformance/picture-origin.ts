import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pollAll, type RunningTributary, startTributary, temporaryState } from './tributary.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real server on the loopback interface, and what it was asked. */
export interface PictureOrigin {
  origin: string;
  requests: IncomingMessage[];
  close(): void;
}

export async function startOrigin(answer: Answer): Promise<PictureOrigin> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Where `startProxy` finds the feed that makes an origin one whose pictures are served. */
export const FEED_PATH = '/feed.json';
/** The page on which the feed says that the pictures were seen, at the origin. */
const ARTICLE_PATH = '/an-article';

/** A feed with one article that shows a picture of the origin it is fetched from. */
export function answerFeed({ headers }: IncomingMessage, response: ServerResponse): void {
  const origin = `http://${headers.host}`;
  const item = {
    id: '1',
    url: `${origin}${ARTICLE_PATH}`,
    title: 'An article',
    content_html: `<img src="${origin}/seen.gif">`,
  };
  const feed = { version: 'https://jsonfeed.org/version/1.1', title: 'A feed', items: [item] };
  response.writeHead(200, { 'Content-Type': 'application/feed+json' }).end(JSON.stringify(feed));
}

/** A whole Tributary that follows the feed of `source`, so that it serves its pictures; `others` may be led to. */
export async function startProxy(
  source: PictureOrigin,
  others: readonly PictureOrigin[] = [],
): Promise<RunningTributary> {
  const { state, remove } = temporaryState();
  const privateOrigins = [source, ...others].map(({ origin }) => origin);
  const tributary = await startTributary(state, undefined, { privateOrigins });
  const stop = async () => {
    await tributary.stop();
    remove();
  };
  try {
    const sources = [{ url: `${source.origin}${FEED_PATH}`, categories: [] }];
    await tributary.api.import({ rsshub: [], sources });
    await pollAll(tributary.api);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...tributary, stop };
}
