import { escapeMarkup } from './feeds.ts';
import { publishedAt, type Site, type Story } from './site.ts';

/** A story as a page of its site, so that a link in a feed leads somewhere. */
export function toArticlePage(site: Site, story: Story, { at, day }: { at: string; day: number }): string {
  const date = new Date(publishedAt(story, day)).toISOString();
  return page(
    site,
    `${story.title} - ${site.name}`,
    at,
    `<article><h1>${escapeMarkup(story.title)}</h1>
<p><time datetime="${date}">${date.slice(0, 16).replace('T', ' ')}</time> · ${escapeMarkup(story.author ?? site.name)}</p>
${story.html(at)}</article>`,
  );
}

/** A site's front page: its stories, and the feed named where discovery looks for it. */
export function toFrontPage(site: Site, feed: { file: string; type: string }, at: string): string {
  const list = site.stories
    .map((story) => `<li><a href="${at}/articles/${story.slug}">${escapeMarkup(story.title)}</a></li>`)
    .join('\n');
  return page(
    site,
    site.name,
    at,
    `<h1>${escapeMarkup(site.name)}</h1>\n<p>${escapeMarkup(site.about)}</p>\n<ul>\n${list}\n</ul>`,
    `<link rel="alternate" type="${feed.type}" href="${at}/${feed.file}">\n`,
  );
}

function page(site: Site, title: string, at: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="${site.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeMarkup(title)}</title>
<base href="${at}/">
${head}<style>body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 1.1rem/1.6 serif } img { max-width: 100%; height: auto }</style>
</head>
<body>
${body}
</body>
</html>
`;
}
