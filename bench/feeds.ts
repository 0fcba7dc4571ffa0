/**
 * What a feed costs: writing it beside the libraries that write feeds, and serving it from workerd beside a Worker that
 * answers with a constant of the same size. All take turns in one run, so that a busy machine slows all of them.
 */
import { Feed } from 'feed';
import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith';
import { type Article, articleUrn, IMAGE_MARK, proxiedBody, proxiedPicture } from '../src/article.ts';
import { toAtom } from '../src/feeds/atom.ts';
import type { FeedDocument } from '../src/feeds/feed-document.ts';
import { toJsonFeed } from '../src/feeds/json-feed.ts';
import { toRss } from '../src/feeds/rss.ts';
import { type Arrival, type Connection, openConnection } from './connection.ts';
import { type FeedWorker, startConstant, startTributary } from './feed-workers.ts';
import { median } from './median.ts';
import { makeBody } from './samples.ts';
import { cpuMs } from './workerd.ts';

const ITEMS = 50;
const BODY_BYTES = 4_900;
const WRITING_ROUNDS = 15;
const WRITING_MS = 60;
const ROUNDS = 5;
const ROUND_MS = 1_000;
const CONNECTIONS = 8;
/** Requests one after the other, for the latency. */
const LATENCY_REQUESTS = 150;
const FEW = 10_000;
const MANY = 1_000_000;

export async function run(): Promise<void> {
  const articles = makeArticles();
  compareWriting(articles);
  await compareServing(articles);
}

function makeArticles(): Article[] {
  return Array.from({ length: ITEMS }, (_, index) => ({
    id: `${'0'.repeat(12)}8${'0'.repeat(3)}8${String(1000 + index).padStart(15, '0')}`,
    sourceId: `source${index % 5}`,
    title: `新闻 & <news> number ${index}`,
    link: `https://news.example.org/posts/${index}?a=1&b=2`,
    categories: ['新闻', '国际'],
    tags: ['港口', 'R&D'],
    author: '新闻',
    authors: ['A. Author'],
    published: Date.UTC(2026, 10, 20) - index * 60_000,
    publishedInferred: false,
    language: 'zh-CN',
    summary: '摘要 summary & more '.repeat(8),
    headImage: `https://img.example.org/${index}.jpg?x=1&y=2`,
    enclosures: [],
    // as bodies are stored
    contentHtml: makeBody('chinese', BODY_BYTES, index + 1).replaceAll('<img src="', `$&${IMAGE_MARK}`),
  }));
}

/**
 * Prints what writing a feed takes in Node: the best of rounds in which all take turns.
 * Each library is given all that ours writes and it can carry, with pictures led through the proxy.
 */
function compareWriting(articles: readonly Article[]): void {
  const document: FeedDocument = {
    id: 'urn:uuid:00000000-0000-8000-8000-000000000000',
    title: 'News',
    pageUrl: 'https://t.example/',
    selfUrl: 'https://t.example/feed.xml',
    updated: Date.UTC(2026, 10, 21),
    articles,
    sources: new Map(
      [0, 1, 2, 3, 4].map((n) => [`source${n}`, { title: `Source ${n}`, url: `https://s.example/${n}` }]),
    ),
    copies: new Map(),
    proxyOrigin: 'https://t.example',
    paging: {},
  };
  const writers: Record<string, Record<string, () => string>> = {
    RSS: {
      tributary: () => toRss(document),
      feed: () => withFeed(document).rss2(),
      feedsmith: () => feedsmithRss(document),
    },
    Atom: {
      tributary: () => toAtom(document),
      feed: () => withFeed(document).atom1(),
      feedsmith: () => feedsmithAtom(document),
    },
    JSON: {
      tributary: () => toJsonFeed(document),
      feed: () => withFeed(document).json1(),
      feedsmith: () => feedsmithJson(document),
    },
  };
  for (const [format, contenders] of Object.entries(writers)) {
    const times = new Map<string, number>();
    for (let round = 0; round < WRITING_ROUNDS; round++) {
      for (const [name, write] of Object.entries(contenders)) {
        times.set(name, Math.min(times.get(name) ?? Number.POSITIVE_INFINITY, msEach(write)));
      }
    }
    const own = times.get('tributary') ?? 0;
    for (const [name, each] of times) {
      const size = Math.round(Buffer.byteLength(contenders[name]?.() ?? '') / 1000);
      console.log(
        `  ${format.padEnd(5)} ${name.padEnd(10)} ${each.toFixed(2).padStart(6)} ms for ${size} KB  ${name === 'tributary' ? '' : `ours is ${(each / own).toFixed(2)} times as fast`}`,
      );
    }
  }
}

function msEach(write: () => string): number {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < WRITING_MS) {
    // a text may be a tree of pieces until one of its characters is asked for
    write().charCodeAt(0);
    count++;
  }
  return (performance.now() - start) / count;
}

function withFeed({ title, pageUrl, selfUrl, updated, articles, proxyOrigin }: FeedDocument): Feed {
  const feed = new Feed({
    title,
    id: selfUrl,
    link: pageUrl,
    description: title,
    copyright: '',
    updated: new Date(updated),
    feedLinks: { rss: selfUrl },
  });
  for (const {
    id,
    title,
    link = '',
    summary,
    contentHtml,
    authors,
    published,
    headImage,
    tags,
  } of articles) {
    feed.addItem({
      title,
      id: articleUrn(id),
      link,
      content: proxiedBody(contentHtml, proxyOrigin),
      author: authors.map((name) => ({ name })),
      date: new Date(published),
      published: new Date(published),
      category: tags.map((name) => ({ name })),
      ...(summary !== undefined && { description: summary }),
      ...(headImage !== undefined && { image: proxiedPicture(headImage, proxyOrigin) }),
    });
  }
  return feed;
}

function feedsmithRss({ title, pageUrl, updated, articles, sources, proxyOrigin }: FeedDocument): string {
  return generateRssFeed({
    title,
    link: pageUrl,
    description: title,
    lastBuildDate: new Date(updated),
    items: articles.map((article) => ({
      title: article.title,
      ...(article.link !== undefined && { link: article.link }),
      guid: { value: articleUrn(article.id), isPermaLink: false },
      pubDate: new Date(article.published),
      description: article.summary ?? article.title,
      categories: article.tags.map((name) => ({ name })),
      content: { encoded: proxiedBody(article.contentHtml, proxyOrigin) },
      dc: { creators: [...article.authors], languages: [article.language ?? ''] },
      media: { thumbnails: [{ url: proxiedPicture(article.headImage ?? '', proxyOrigin) }] },
      source: {
        title: sources.get(article.sourceId)?.title ?? '',
        url: sources.get(article.sourceId)?.url ?? '',
      },
    })),
  });
}

function feedsmithAtom({ id, title, updated, articles, sources, proxyOrigin }: FeedDocument): string {
  return generateAtomFeed({
    id,
    title: { value: title },
    updated: new Date(updated),
    entries: articles.map((article) => ({
      id: articleUrn(article.id),
      title: { value: article.title },
      updated: new Date(article.published),
      published: new Date(article.published),
      links: [{ href: article.link ?? '' }],
      authors: article.authors.map((name) => ({ name })),
      summary: { value: article.summary ?? article.title },
      content: { value: proxiedBody(article.contentHtml, proxyOrigin), type: 'html' },
      categories: article.tags.map((term) => ({ term })),
      media: { thumbnails: [{ url: proxiedPicture(article.headImage ?? '', proxyOrigin) }] },
      source: {
        id: sources.get(article.sourceId)?.url ?? '',
        title: { value: sources.get(article.sourceId)?.title ?? '' },
        updated: new Date(article.published),
        links: [{ href: sources.get(article.sourceId)?.url ?? '', rel: 'self' }],
      },
    })),
  });
}

function feedsmithJson({ title, pageUrl, selfUrl, articles, sources, proxyOrigin }: FeedDocument): string {
  const feed = generateJsonFeed({
    title,
    home_page_url: pageUrl,
    feed_url: selfUrl,
    items: articles.map((article) => ({
      id: articleUrn(article.id),
      ...(article.link !== undefined && { url: article.link }),
      title: article.title,
      content_html: proxiedBody(article.contentHtml, proxyOrigin),
      summary: article.summary ?? '',
      image: proxiedPicture(article.headImage ?? '', proxyOrigin),
      date_published: new Date(article.published),
      authors: article.authors.map((name) => ({ name })),
      tags: [...article.tags],
      language: article.language ?? '',
      _source: { ...sources.get(article.sourceId), categories: article.categories },
    })),
  });
  return typeof feed === 'string' ? feed : JSON.stringify(feed);
}

/** One kind of request that takes its turn. */
interface Way {
  name: string;
  worker: FeedWorker;
  /** A new address for every request, where a feed is to be rendered each time. */
  target: (count: number) => string;
  etag?: string;
}

const FEED = '/feed.xml?limit=50';

async function compareServing(articles: readonly Article[]): Promise<void> {
  const few = await startTributary(articles, FEW);
  const many = await startTributary(articles, MANY);
  const response = await fetch(new URL(FEED, few.url));
  const text = await response.text();
  const constant = await startConstant(text);
  const bytes = await startConstant(text, { asBytes: true });
  const etag = response.headers.get('ETag') ?? '';
  console.log(`  a feed of ${ITEMS} items, ${Math.round(Buffer.byteLength(text) / 1000)} KB`);
  try {
    await compareRates([
      { name: 'constant', worker: constant, target: () => FEED },
      { name: 'as bytes', worker: bytes, target: () => FEED },
      { name: 'cached', worker: few, target: () => FEED },
      { name: 'not modified', worker: few, target: () => FEED, etag },
      { name: 'rendered', worker: few, target: renderedAnew('/feed.xml') },
    ]);
    await compareSizes(few, many);
  } finally {
    await Promise.all([few, many, constant, bytes].map((worker) => worker.stop()));
  }
}

/** The newest articles under an address that nobody has asked for yet. */
function renderedAnew(path: string): (count: number) => string {
  return (count) => `${path}?before=${8e12 + count}-${'0'.repeat(32)}&limit=50`;
}

/** Prints requests a second on several connections, and the CPU time of each. */
async function compareRates(ways: readonly Way[]): Promise<void> {
  const rates = new Map<Way, { rate: number; cpu: number }[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const way of ways) {
      const measured = await measureRate(way, round);
      if (round > 0) rates.set(way, [...(rates.get(way) ?? []), measured]);
    }
  }
  const rateOf = (way: Way | undefined) => median((way && rates.get(way))?.map(({ rate }) => rate) ?? []);
  for (const way of ways) {
    const cpu = median(rates.get(way)?.map((each) => each.cpu) ?? []);
    console.log(
      `  ${way.name.padEnd(13)} ${rateOf(way).toFixed(0).padStart(6)} a second  ${cpu.toFixed(2).padStart(6)} ms CPU  ${(rateOf(way) / rateOf(ways[0])).toFixed(2)} times the constant's`,
    );
  }
}

async function measureRate(
  { worker, target, etag }: Way,
  round: number,
): Promise<{ rate: number; cpu: number }> {
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => openConnection(worker.url.host)),
  );
  const [start, cpuBefore] = [performance.now(), cpuMs(worker.pid)];
  let done = 0;
  const ask = async (connection: Connection) => {
    while (performance.now() - start < ROUND_MS) {
      await connection.get(target(round * 1e6 + done++), { etag });
    }
  };
  await Promise.all(connections.map(ask));
  const rate = (done * 1000) / (performance.now() - start);
  const cpu = (cpuMs(worker.pid) - cpuBefore) / done;
  for (const connection of connections) connection.close();
  return { rate, cpu };
}

/** Prints how long one request takes with few and with many articles stored, one after the other. */
async function compareSizes(few: FeedWorker, many: FeedWorker): Promise<void> {
  const paths: Record<string, (count: number) => string> = {
    cached: () => FEED,
    'all, rendered': renderedAnew('/feed.xml'),
    'category, rendered': renderedAnew('/categories/c1/feed.xml'),
    'source, rendered': renderedAnew('/sources/source7/feed.xml'),
    'tag, rendered': renderedAnew('/tags/t7/feed.xml'),
  };
  const connections = await Promise.all([few, many].map(({ url }) => openConnection(url.host)));
  for (const [name, target] of Object.entries(paths)) {
    const times: Arrival[][] = [[], []];
    for (let count = 0; count < LATENCY_REQUESTS; count++) {
      for (const [index, connection] of connections.entries()) {
        const arrival = await connection.get(target(9e7 + count));
        if (count >= 10) times[index]?.push(arrival);
      }
    }
    const [withFew = 0, withMany = 0] = times.map((each) => median(each.map(({ ms }) => ms)));
    console.log(
      `  ${name.padEnd(18)} ${withFew.toFixed(2).padStart(6)} ms with ${FEW} articles  ${withMany.toFixed(2).padStart(6)} ms with ${MANY}: ${(withMany / withFew).toFixed(2)}`,
    );
  }
  for (const connection of connections) connection.close();
}
