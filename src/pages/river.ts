import { html } from 'hono/html';
import { type Article, proxiedPicture } from '../article.ts';
import { type AnnouncedFeed, type Html, page } from './page.ts';

/** What the river page shows. Addresses are relative to the site's root. */
export interface River {
  title: string;
  siteTitle: string;
  /** Newest first. */
  articles: readonly Article[];
  /** Where else articles were found, by their ids. */
  copies: ReadonlyMap<string, readonly { title: string; url?: string }[]>;
  /** The page of each article's source, by source id. */
  sources: ReadonlyMap<string, { title: string; href: string }>;
  /** Categories to go on to. */
  paths: readonly { title: string; href: string }[];
  feeds: readonly AnnouncedFeed[];
  timezone: string;
}

/** The articles as a river: newest first, under the day they were published. */
export function riverPage(river: River): Html {
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: river.timezone });
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: river.timezone });
  const days = Map.groupBy(river.articles, (article) => day.format(article.published));
  return page({
    title: river.title,
    feeds: river.feeds,
    content: html`<header class="top">
<h1><a href="/">${river.siteTitle}</a></h1>
<p>Subscribe: ${river.feeds.map((feed, i) => html`${i > 0 ? ' · ' : ''}<a href="${feed.href}">${feed.title}</a>`)}</p>
</header>
${river.title === river.siteTitle ? '' : html`<h2>${river.title}</h2>\n`}<ul class="paths">
${river.paths.map(({ title, href }) => html`<li><a href="${href}">${title}</a></li>\n`)}</ul>
<main>
${river.articles.length === 0 ? html`<p class="empty">Nothing here yet. Articles appear as the sources are read.</p>` : ''}
${[...days].map(
  ([name, articles]) => html`<section>
<h2 class="day">${name}</h2>
${articles.map((article) => item(article, river, time.format(article.published)))}</section>
`,
)}</main>`,
  });
}

function item(article: Article, river: River, time: string): Html {
  const source = river.sources.get(article.sourceId);
  return html`<article class="item"${language(article)}>
<div>
<h3><a href="/articles/${article.id}">${article.title}</a></h3>
${article.summary === undefined ? '' : html`<p>${article.summary}</p>\n`}<small><time datetime="${new Date(article.published).toISOString()}">${time}</time>${
    source === undefined ? '' : html` · <a href="${source.href}">${source.title}</a>`
  }${article.link === undefined ? '' : html` · <a href="${article.link}" rel="noopener noreferrer">original</a>`}${(river.copies.get(article.id) ?? []).map(copy)}</small>
</div>
${
  article.thumbnail === undefined
    ? ''
    : html`<img src="${proxiedPicture(article.thumbnail, '')}" alt="" loading="lazy" width="136" height="90">\n`
}</article>
`;
}

function copy({ title, url }: { title: string; url?: string }): Html {
  return html` · also ${url === undefined ? title : html`<a href="${url}" rel="noopener noreferrer">${title}</a>`}`;
}

/**
 * The language of an article as its source says it, or that nobody knows it, which is not ours (HTML, 3.2.6.2): it
 * decides on fonts, hyphens and how the text is read aloud.
 */
export function language({ language = '' }: Article): Html {
  return html` lang="${language}"`;
}
