import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** What is known of one item of the blog that ran for years. */
export interface ExpectedItem {
  /** The post made of it. */
  file: string;
  title: string;
  category: string;
  source: string;
  section: string;
  pubDate: string | null;
}

export function readExpected(folder: string): ExpectedItem[] {
  return JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8'));
}

/** The feeds of a folder and of the other writings of them below it, as paths in it. */
export function serveableFeeds(folder: string): string[] {
  return ['.', 'tsx-shape', 'encodings'].flatMap((sub) =>
    readdirSync(path.join(folder, sub))
      .filter((name) => name.endsWith('.xml'))
      .map((name) => path.join(sub, name)),
  );
}

/** The posts a feed file reproduces; a writing in another encoding is named after the file it was made from. */
export function postsOf(file: string, folder: string): string[] {
  const original = path.basename(file).replace(/\.[^.]+\.xml$/, '.xml');
  const lines = readFileSync(path.join(folder, 'index.tsv'), 'utf8').split('\n');
  const line = lines.find((each) => each.split('\t')[0] === original);
  return line?.split('\t')[4]?.trim().split(' ') ?? [];
}

/** The category path of a feed file. */
export function categoriesOf(file: string, folder: string, expected: readonly ExpectedItem[]): string[] {
  const [post] = postsOf(file, folder);
  const item = expected.find(({ file: each }) => each === post);
  return item === undefined ? [] : pathOf(item);
}

export function pathOf({ category, source, section }: ExpectedItem): string[] {
  return [category, source, ...(section === '' ? [] : [section])];
}

/** Serves these files of a folder on loopback, as they are or as `edit` makes them. */
export async function serveFeeds(
  folder: string,
  files: readonly string[],
  edit: (file: string, text: Buffer) => Buffer | string = (_, text) => text,
): Promise<{ origin: string; close: () => void }> {
  const server = createServer((request, response) => {
    const file = decodeURIComponent(request.url ?? '').slice(1);
    if (!files.includes(file)) return response.writeHead(404).end();
    return response
      .writeHead(200, { 'Content-Type': 'application/xml' })
      .end(edit(file, readFileSync(path.join(folder, file))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}
