import { type Article, articleUrn, type Enclosure, proxiedPicture } from '../article.ts';
import { escapeText } from '../markup/escape.ts';
import { authorsOf, bodyOf, type FeedDocument, FRESH_MINUTES, languageOf, linksOf } from './feed-document.ts';
import { toUri } from './uri.ts';
import { toXml, type XmlElement } from './xml.ts';

const MIME_TYPE = 'application/rss+xml';

/**
 * Writes RSS 2.0 with the Atom, Content, Dublin Core, Media RSS and feed history modules (RSS Advisory Board profile,
 * RFC 5005).
 */
export function toRss(feed: FeedDocument): string {
  return toXml({
    rss: {
      '@version': '2.0',
      '@xmlns:atom': 'http://www.w3.org/2005/Atom',
      '@xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
      '@xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      '@xmlns:media': 'http://search.yahoo.com/mrss/',
      '@xmlns:fh': feed.paging.isArchive ? 'http://purl.org/syndication/history/1.0' : undefined,
      channel: {
        title: feed.title,
        link: feed.pageUrl,
        description: feed.title,
        'atom:link': [
          { '@rel': 'self', '@type': MIME_TYPE, '@href': feed.selfUrl },
          ...linksOf(feed, MIME_TYPE),
        ],
        'fh:archive': feed.paging.isArchive ? {} : undefined,
        language: languageOf(feed),
        generator: 'Tributary',
        lastBuildDate: new Date(feed.updated).toUTCString(),
        ttl: feed.paging.isArchive ? undefined : FRESH_MINUTES,
        item: feed.articles.map((article) => toItem(article, feed)),
      },
    },
  });
}

function toItem(article: Article, feed: FeedDocument): XmlElement {
  const source = feed.sources.get(article.sourceId);
  const [enclosure, ...others] = article.enclosures;
  return {
    title: article.title,
    link: article.link && toUri(article.link),
    guid: { '@isPermaLink': 'false', '#': articleUrn(article.id) },
    pubDate: new Date(article.published).toUTCString(),
    'dc:creator': authorsOf(article),
    'dc:language': article.language,
    category: article.tags,
    // readers take a description for markup
    description: { '!': escapeText(article.summary ?? article.title) },
    'content:encoded': article.contentHtml === '' ? undefined : { '!': bodyOf(article, feed) },
    // readers expect one enclosure; the others are media of the same item
    enclosure: enclosure && toEnclosure(enclosure),
    'media:content': others.map(toMediaContent),
    'media:thumbnail': article.headImage && {
      '@url': toUri(proxiedPicture(article.headImage, feed.proxyOrigin)),
    },
    source: source?.url && { '@url': toUri(source.url), '#': source.title },
  };
}

function toEnclosure({ url, type, length }: Enclosure): XmlElement {
  return { '@url': toUri(url), '@length': length ?? 0, '@type': type ?? 'application/octet-stream' };
}

function toMediaContent({ url, type, length }: Enclosure): XmlElement {
  return {
    '@url': toUri(url),
    '@type': type,
    '@fileSize': length,
  };
}
