import { html, raw } from 'hono/html';
import { type Article, proxiedBody } from '../article.ts';
import { type AnnouncedFeed, type Html, page } from './page.ts';
import { language } from './river.ts';

/** One article by itself, with its body and where it comes from. */
export function articlePage(
  article: Article,
  options: {
    siteTitle: string;
    source: { title: string; href: string };
    feeds: readonly AnnouncedFeed[];
    timezone: string;
  },
): Html {
  const { siteTitle, source, feeds, timezone } = options;
  const date = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: timezone,
  });
  return page({
    title: `${article.title} - ${siteTitle}`,
    feeds,
    ...(article.link !== undefined && { canonical: article.link }),
    content: html`<header class="top"><h1><a href="/">${siteTitle}</a></h1></header>
<article class="article"${language(article)}>
<h1>${article.title}</h1>
<p class="meta"><time datetime="${new Date(article.published).toISOString()}">${date.format(article.published)}</time> · <a href="${source.href}">${source.title}</a>${
      article.authors.length > 0 ? ` · ${article.authors.join(', ')}` : ''
    }${article.link === undefined ? '' : html` · <a href="${article.link}" rel="noopener noreferrer">original</a>`}</p>
<div class="body">${raw(proxiedBody(article.contentHtml, ''))}</div>
</article>`,
  });
}
