import { publishedAt, type Site, type Story } from './site.ts';

/** Where and when a feed is published: the site's own address, and the start of the newsroom's day. */
export interface Edition {
  at: string;
  day: number;
}

/** RSS 2.0 as RSSHub wrote it until 2024: indented, every text in CDATA. */
export function toCdataRss(site: Site, { at, day }: Edition): string {
  const items = site.stories.map(
    (story) => `        <item>
            <title><![CDATA[${story.title}]]></title>
            <description><![CDATA[${story.html(at)}]]></description>
            <pubDate>${rfc822(publishedAt(story, day))}</pubDate>
            <guid isPermaLink="false">${at}/articles/${story.slug}</guid>
            <link>${at}/articles/${story.slug}</link>
            <author><![CDATA[${story.author ?? site.name}]]></author>
${story.tags.map((tag) => `            <category>${escapeMarkup(tag)}</category>\n`).join('')}        </item>
`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
    <channel>
        <title><![CDATA[${site.name}]]></title>
        <link>${at}/</link>
        <atom:link href="${at}/feed.xml" rel="self" type="application/rss+xml" />
        <description><![CDATA[${site.about}]]></description>
        <generator>RSSHub</generator>
        <language>${site.language}</language>
        <lastBuildDate>${rfc822(newest(site, day))}</lastBuildDate>
        <ttl>60</ttl>
${items.join('')}    </channel>
</rss>
`;
}

/** RSS 2.0 as RSSHub writes it since 2024: one line, every text escaped. */
export function toEscapedRss(site: Site, edition: Edition): string {
  return rss(site, edition, 'UTF-8', (story) => escapeMarkup(story.html(edition.at)));
}

/** The same shape from an older publisher, for a body of GBK bytes. */
export function toGbkRss(site: Site, edition: Edition): string {
  return rss(site, edition, 'GBK', (story) => `<![CDATA[${story.html(edition.at)}]]>`);
}

function rss(
  site: Site,
  { at, day }: Edition,
  encoding: string,
  description: (story: Story) => string,
): string {
  const items = site.stories.map(
    (story) =>
      `<item><title>${escapeMarkup(story.title)}</title><description>${description(story)}</description>` +
      `<link>${at}/articles/${story.slug}</link><guid isPermaLink="false">${at}/articles/${story.slug}</guid>` +
      `<pubDate>${rfc822(publishedAt(story, day))}</pubDate><author>${escapeMarkup(story.author ?? site.name)}</author>` +
      `${story.tags.map((tag) => `<category>${escapeMarkup(tag)}</category>`).join('')}</item>`,
  );
  return (
    `<?xml version="1.0" encoding="${encoding}"?><rss xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>` +
    `<title>${escapeMarkup(site.name)}</title><link>${at}/</link>` +
    `<atom:link href="${at}/feed.xml" rel="self" type="application/rss+xml"></atom:link>` +
    `<description>${escapeMarkup(site.about)}</description><language>${site.language}</language>` +
    `<lastBuildDate>${rfc822(newest(site, day))}</lastBuildDate>${items.join('')}</channel></rss>`
  );
}

/** RSS 2.0 in WordPress's manner: a short description, the body in `content:encoded`, a picture as thumbnail. */
export function toContentRss(site: Site, { at, day }: Edition): string {
  const items = site.stories.map((story) => {
    const picture = /pictures\/[\w.-]+/.exec(story.html(at))?.[0];
    return `<item>
<title>${escapeMarkup(story.title)}</title>
<link>${at}/articles/${story.slug}</link>
<guid isPermaLink="true">${at}/articles/${story.slug}</guid>
<dc:creator><![CDATA[${story.author ?? site.name}]]></dc:creator>
<pubDate>${rfc822(publishedAt(story, day))}</pubDate>
${story.tags.map((tag) => `<category><![CDATA[${tag}]]></category>\n`).join('')}${picture ? `<media:thumbnail url="${at}/${picture}" />\n` : ''}<description><![CDATA[${site.about}]]></description>
<content:encoded><![CDATA[${story.html(at)}]]></content:encoded>
</item>
`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>${escapeMarkup(site.name)}</title>
<link>${at}/</link>
<description>${escapeMarkup(site.about)}</description>
<language>${site.language}</language>
${items.join('')}</channel>
</rss>
`;
}

/** Atom 1.0 with XHTML bodies, whose relative addresses stand on `xml:base`. */
export function toAtom(site: Site, { at, day }: Edition): string {
  const entries = site.stories.map(
    (story) => `  <entry>
    <id>${at}/articles/${story.slug}</id>
    <title>${escapeMarkup(story.title)}</title>
    <link rel="alternate" type="text/html" href="articles/${story.slug}"/>
    <published>${iso(publishedAt(story, day))}</published>
    <updated>${iso(publishedAt(story, day))}</updated>
    <author><name>${escapeMarkup(story.author ?? site.name)}</name></author>
${story.tags.map((tag) => `    <category term="${escapeMarkup(tag)}"/>\n`).join('')}    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${story.html(at)}</div></content>
  </entry>
`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${site.language}" xml:base="${at}/">
  <id>${at}/</id>
  <title>${escapeMarkup(site.name)}</title>
  <subtitle>${escapeMarkup(site.about)}</subtitle>
  <link rel="self" href="atom.xml"/>
  <link rel="alternate" type="text/html" href="./"/>
  <updated>${iso(newest(site, day))}</updated>
${entries.join('')}</feed>
`;
}

/** RSS 1.0: items stand beside the channel, dates and names in Dublin Core. */
export function toRdf(site: Site, { at, day }: Edition): string {
  const address = (story: Story) => `${at}/articles/${story.slug}`;
  const items = site.stories.map(
    (story) => `  <item rdf:about="${address(story)}">
    <title>${escapeMarkup(story.title)}</title>
    <link>${address(story)}</link>
    <dc:date>${iso(publishedAt(story, day))}</dc:date>
    <dc:creator>${escapeMarkup(story.author ?? site.name)}</dc:creator>
${story.tags.map((tag) => `    <dc:subject>${escapeMarkup(tag)}</dc:subject>\n`).join('')}    <content:encoded><![CDATA[${story.html(at)}]]></content:encoded>
  </item>
`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
  <channel rdf:about="${at}/">
    <title>${escapeMarkup(site.name)}</title>
    <link>${at}/</link>
    <description>${escapeMarkup(site.about)}</description>
    <dc:language>${site.language}</dc:language>
    <items><rdf:Seq>${site.stories.map((story) => `<rdf:li rdf:resource="${address(story)}"/>`).join('')}</rdf:Seq></items>
  </channel>
${items.join('')}</rdf:RDF>
`;
}

/** JSON Feed 1.1. */
export function toJsonFeed(site: Site, { at, day }: Edition): string {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: site.name,
    description: site.about,
    language: site.language,
    home_page_url: `${at}/`,
    feed_url: `${at}/feed.json`,
    items: site.stories.map((story) => ({
      id: `${at}/articles/${story.slug}`,
      url: `${at}/articles/${story.slug}`,
      title: story.title,
      content_html: story.html(at),
      date_published: iso(publishedAt(story, day)),
      ...(story.author === undefined ? {} : { authors: [{ name: story.author }] }),
      tags: story.tags,
    })),
  };
  return `${JSON.stringify(feed, null, 2)}\n`;
}

/** When a site's newest story came out, in milliseconds. */
export function newest(site: Site, day: number): number {
  return Math.max(...site.stories.map((story) => publishedAt(story, day)));
}

/** Text as it may stand in XML or HTML, attributes in double quotes included. */
export function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function rfc822(time: number): string {
  return new Date(time).toUTCString();
}

function iso(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
