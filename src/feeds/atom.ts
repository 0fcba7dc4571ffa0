import { type Article, articleUrn, proxiedBody, proxiedPicture } from '../article.ts';
import { authorsOf, type FeedDocument, type FeedSource, languageOf, linksOf } from './feed-document.ts';
import { cdata, element, elementWith, toXml } from './xml.ts';

/** Writes Atom 1.0 (RFC 4287) with Media RSS thumbnails and feed history (RFC 5005). */
export function toAtom(feed: FeedDocument): string {
  return toXml(
    {
      feed: {
        '@xmlns': 'http://www.w3.org/2005/Atom',
        '@xmlns:media': 'http://search.yahoo.com/mrss/',
        '@xmlns:fh': feed.paging.isArchive ? 'http://purl.org/syndication/history/1.0' : undefined,
        '@xml:lang': languageOf(feed),
        id: feed.id,
        title: feed.title,
        updated: new Date(feed.updated).toISOString(),
        // a feed without entries has no author but this one (RFC 4287, 4.1.1)
        author: feed.articles.length === 0 ? { name: feed.title } : undefined,
        generator: 'Tributary',
        link: [
          { '@rel': 'self', '@type': 'application/atom+xml', '@href': feed.selfUrl },
          { '@rel': 'alternate', '@type': 'text/html', '@href': feed.pageUrl },
          ...linksOf(feed).map(([rel, href]) => ({
            '@rel': rel,
            '@type': 'application/atom+xml',
            '@href': href,
          })),
        ],
        'fh:archive': feed.paging.isArchive ? '' : undefined,
      },
    },
    { text: feed.articles.map((article) => toEntry(article, feed)).join(''), endTags: '</feed>' },
  );
}

function toEntry(article: Article, feed: FeedDocument): string {
  const { title, link, id, tags, summary, contentHtml, language, enclosures, headImage } = article;
  const published = new Date(article.published).toISOString();
  const updated = article.updated === undefined ? published : new Date(article.updated).toISOString();
  const source = feed.sources.get(article.sourceId);
  return `<entry${language === undefined ? '' : ` xml:lang="${language}"`}>${
    element('id', articleUrn(id)) +
    elementWith('title', { type: 'text' }, title) +
    element('published', published) +
    element('updated', updated) +
    authorsOf(article)
      .map((name) => `<author>${element('name', name)}</author>`)
      .join('') +
    (link === undefined ? '' : elementWith('link', { rel: 'alternate', type: 'text/html', href: link })) +
    enclosures
      .map(({ url, type, length }) =>
        elementWith('link', {
          rel: 'enclosure',
          href: url,
          type,
          length: length === undefined ? undefined : String(length),
        }),
      )
      .join('') +
    tags.map((term) => elementWith('category', { term })).join('') +
    (summary === undefined ? '' : elementWith('summary', { type: 'text' }, summary))
  }${
    // an entry needs a page or a content (RFC 4287, 4.1.2)
    contentHtml === '' && link !== undefined
      ? ''
      : `<content type="html">${cdata(proxiedBody(contentHtml, feed.proxyOrigin))}</content>`
  }${
    headImage === undefined
      ? ''
      : elementWith('media:thumbnail', { url: proxiedPicture(headImage, feed.proxyOrigin) })
  }${source?.url === undefined ? '' : toSource(source, source.url, updated)}</entry>`;
}

function toSource({ title, pageUrl }: FeedSource, url: string, updated: string): string {
  return `<source>${
    element('id', url) +
    elementWith('title', { type: 'text' }, title) +
    element('updated', updated) +
    elementWith('link', { rel: 'self', href: url }) +
    (pageUrl === undefined ? '' : elementWith('link', { rel: 'alternate', type: 'text/html', href: pageUrl }))
  }</source>`;
}
