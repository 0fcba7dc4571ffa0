/** Sites whose feeds lie at addresses that follow from the page's: a pattern of the page, and its feed. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [
    /^https?:\/\/(?:www\.|m\.)?youtube\.com\/channel\/(UC[\w-]{22})/,
    'https://www.youtube.com/feeds/videos.xml?channel_id=$1',
  ],
  [
    /^https?:\/\/(?:www\.|m\.)?youtube\.com\/(?:playlist|watch)\?(?:[^#]*&)?list=([\w-]+)/,
    'https://www.youtube.com/feeds/videos.xml?playlist_id=$1',
  ],
  [
    /^https?:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/commits\/([^?#]+)$/,
    'https://github.com/$1/commits/$2.atom',
  ],
  [/^https?:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/tags\/?$/, 'https://github.com/$1/tags.atom'],
  [/^https?:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(?:\/releases)?\/?$/, 'https://github.com/$1/releases.atom'],
  [/^https?:\/\/github\.com\/([\w-]+)\/?$/, 'https://github.com/$1.atom'],
  [/^https?:\/\/gitlab\.com\/([\w.-]+\/[\w.-]+)\/?$/, 'https://gitlab.com/$1.atom'],
  [/^https?:\/\/(?:www\.|old\.)?reddit\.com\/((?:r|u|user)\/[\w-]+)\/?$/, 'https://www.reddit.com/$1/.rss'],
  [/^https?:\/\/medium\.com\/(@?[\w.-]+)\/?$/, 'https://medium.com/feed/$1'],
  [/^https?:\/\/([\w-]+)\.(substack|medium)\.com\/?$/, 'https://$1.$2.com/feed'],
  [/^https?:\/\/([\w-]+)\.tumblr\.com\/?$/, 'https://$1.tumblr.com/rss'],
  [/^https?:\/\/bsky\.app\/profile\/([\w.:-]+)\/?$/, 'https://bsky.app/profile/$1/rss'],
  [/^https?:\/\/dev\.to\/(\w+)\/?$/, 'https://dev.to/feed/$1'],
  [/^https?:\/\/news\.ycombinator\.com\/?$/, 'https://news.ycombinator.com/rss'],
  // Mastodon and its kin, on any host
  [/^(https?:\/\/[\w.-]+(?::\d+)?\/@[\w.-]+)\/?$/, '$1.rss'],
];

/** The feed of a page whose site is known to have one there. */
export function knownFeed(pageUrl: string): string | undefined {
  const url = pageUrl.slice(0, 2000);
  const rule = RULES.find(([pattern]) => pattern.test(url));
  return rule?.[0].exec(url)?.[0].replace(rule[0], rule[1]);
}
