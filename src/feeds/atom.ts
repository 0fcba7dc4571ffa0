import { type Article, articleUrn, type Enclosure, proxiedPicture } from '../article.ts';
import { escapeText } from '../markup/escape.ts';
import {
  authorsOf,
  bodyOf,
  type FeedDocument,
  type FeedSource,
  languageOf,
  linksOf,
} from './feed-document.ts';
import { toUri } from './uri.ts';
import { toXml, type XmlElement } from './xml.ts';

const MIME_TYPE = 'application/atom+xml';

/** Writes Atom 1.0 (RFC 4287) with Media RSS thumbnails and feed history (RFC 5005). */
export function toAtom(feed: FeedDocument): string {
  return toXml({
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
        { '@rel': 'self', '@type': MIME_TYPE, '@href': feed.selfUrl },
        { '@rel': 'alternate', '@type': 'text/html', '@href': feed.pageUrl },
        ...linksOf(feed, MIME_TYPE),
      ],
      'fh:archive': feed.paging.isArchive ? {} : undefined,
      entry: feed.articles.map((article) => toEntry(article, feed)),
    },
  });
}

function toEntry(article: Article, feed: FeedDocument): XmlElement {
  const { link, summary, headImage } = article;
  const published = new Date(article.published).toISOString();
  const updated = article.updated === undefined ? published : new Date(article.updated).toISOString();
  const source = feed.sources.get(article.sourceId);
  return {
    '@xml:lang': article.language,
    id: articleUrn(article.id),
    title: article.title,
    published,
    updated,
    author: authorsOf(article).map((name) => ({ name })),
    link: [...(link === undefined ? [] : [toPageLink(link)]), ...article.enclosures.map(toEnclosureLink)],
    category: article.tags.map((term) => ({ '@term': term })),
    summary,
    content: hasContent(article) ? { '@type': 'html', '!': contentOf(article, feed) } : undefined,
    'media:thumbnail': headImage && { '@url': toUri(proxiedPicture(headImage, feed.proxyOrigin)) },
    source: source?.url && toSource(source, source.url, updated),
  };
}

/** An entry needs a page or a content (RFC 4287, 4.1.2), and should have a text (4.1.1.1). */
function hasContent({ contentHtml, link, summary }: Article): boolean {
  return contentHtml !== '' || link === undefined || summary === undefined;
}

function contentOf(article: Article, feed: FeedDocument): string {
  return bodyOf(article, feed) || escapeText(article.summary ?? article.title);
}

function toPageLink(href: string): XmlElement {
  return { '@rel': 'alternate', '@href': toUri(href) };
}

function toEnclosureLink({ url, type, length }: Enclosure): XmlElement {
  return {
    '@rel': 'enclosure',
    '@href': toUri(url),
    '@type': type,
    '@length': length,
  };
}

function toSource({ title, pageUrl }: FeedSource, url: string, updated: string): XmlElement {
  return {
    id: toUri(url),
    title,
    updated,
    link: [{ '@rel': 'self', '@href': toUri(url) }, ...(pageUrl === undefined ? [] : [toPageLink(pageUrl)])],
  };
}
