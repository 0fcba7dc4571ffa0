import { describe, expect, it } from 'vitest';
import { feedCandidates } from '../../src/discover/feed-candidates.ts';

const named = (html: string, url = 'https://blog.example/posts/1') =>
  feedCandidates(html, url)
    .filter(({ isGuess }) => !isGuess)
    .map((candidate) => candidate.url);

describe('the feeds of a page', () => {
  it('are those its link elements declare, resolved against its base', () => {
    const html = `<base href="/sub/"><link rel="Alternate" type="application/rss+xml" href="feed?a=1&amp;b=2">
      <link rel=alternate type=application/atom+xml href=//other.example/atom>
      <link rel="alternate" type="application/json" href="/feed.json"><link rel="alternate" type="text/html" href="/en"><link rel="stylesheet" href="/x.css">
      <link rel="alternate" type="application/feed+json" href="javascript:alert(1)">`;
    expect(named(html)).toEqual([
      'https://blog.example/sub/feed?a=1&b=2',
      'https://other.example/atom',
      'https://blog.example/feed.json',
    ]);
  });

  it('are not the API of WordPress, nor what stands in a comment or a script', () => {
    const html = `<!-- <link rel="alternate" type="application/rss+xml" href="/a"> -->
      <script>'<link rel="alternate" type="application/rss+xml" href="/b">'</script>
      <link rel="alternate" type="application/json" href="/wp-json/oembed">`;
    expect(named(html)).toEqual([]);
  });

  it.each([
    ['https://github.com/honojs/hono', 'https://github.com/honojs/hono/releases.atom'],
    ['https://github.com/honojs', 'https://github.com/honojs.atom'],
    ['https://github.com/honojs/hono/commits/main', 'https://github.com/honojs/hono/commits/main.atom'],
    [
      'https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/videos',
      'https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv',
    ],
    [
      'https://www.youtube.com/playlist?list=PL12',
      'https://www.youtube.com/feeds/videos.xml?playlist_id=PL12',
    ],
    ['https://mastodon.example/@someone', 'https://mastodon.example/@someone.rss'],
    ['https://old.reddit.com/r/programming/', 'https://www.reddit.com/r/programming/.rss'],
  ])('are known for %s', (page, feed) => {
    expect(named('', page)).toEqual([feed]);
  });

  it('are known by the address a page calls canonical', () => {
    const html = '<link rel="canonical" href="https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv">';
    expect(named(html, 'https://www.youtube.com/@someone')).toContain(
      'https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv',
    );
  });

  it('are at last looked for where feeds often lie', () => {
    const guesses = feedCandidates('', 'https://blog.example/about');
    expect(guesses).toContainEqual({ url: 'https://blog.example/rss.xml', isGuess: true });
    expect(guesses.every(({ isGuess }) => isGuess)).toBe(true);
  });
});
