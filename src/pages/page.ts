import { html } from 'hono/html';

/** Markup that is escaped where it had to be. */
export type Html = ReturnType<typeof html>;

/** A feed a page announces to browsers and readers. */
export interface AnnouncedFeed {
  title: string;
  type: string;
  href: string;
}

/** A whole page around its content. */
export function page(options: {
  title: string;
  feeds: readonly AnnouncedFeed[];
  content: Html;
  /** The page that says the same first, for search engines. */
  canonical?: string;
}): Html {
  const { title, feeds, content, canonical } = options;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
${canonical === undefined ? '' : html`<link rel="canonical" href="${canonical}">\n`}${feeds.map(
  (feed) => html`<link rel="alternate" type="${feed.type}" title="${feed.title}" href="${feed.href}">\n`,
)}</head>
<body>
${content}
</body>
</html>
`;
}
