import { absoluteUrl } from '../links.ts';
import { isPixel, isTracker } from './pictures.ts';
import type { Tag } from './tag.ts';

/** What an `iframe` becomes: a player that may run in its own box, a link to anything else, or nothing. */
export type FrameFinding = { kind: 'player' | 'link'; url: string } | { kind: 'nothing' };

/** Hosts whose frames are players, and how the paths of those players begin. Compared with `URL.host` as a whole. */
const PLAYERS: Record<string, string> = {
  'archive.org': '/embed/',
  'bandcamp.com': '/EmbeddedPlayer',
  'clips.twitch.tv': '/embed',
  'embed.music.apple.com': '/',
  'embed.podcasts.apple.com': '/',
  'embed.ted.com': '/talks/',
  'geo.dailymotion.com': '/player',
  'music.163.com': '/outchain/',
  'open.spotify.com': '/embed',
  'player.bilibili.com': '/player.html',
  'player.twitch.tv': '/',
  'player.vimeo.com': '/video/',
  'player.youku.com': '/embed/',
  'rutube.ru': '/play/embed/',
  'streamable.com': '/',
  'tv.sohu.com': '/',
  'v.qq.com': '/',
  'w.soundcloud.com': '/player',
  'www.acfun.cn': '/player/',
  'www.bilibili.com': '/blackboard/',
  'www.dailymotion.com': '/embed/',
  'www.ixigua.com': '/iframe/',
  'www.youtube-nocookie.com': '/embed/',
  'www.youtube.com': '/embed/',
  'youtube-nocookie.com': '/embed/',
  'youtube.com': '/embed/',
};

/** Where lazy loaders put a frame's address. */
const SOURCES = ['src', 'data-src', 'data-lazy-src', 'data-original', 'data-orig', 'data-url'];

/**
 * Scripts and their own origin are what a player needs; top navigation, forms and downloads are not given. Without a
 * referrer YouTube refuses to play (error 153).
 */
export const FRAME_ATTRIBUTES =
  ' sandbox="allow-scripts allow-same-origin allow-popups allow-presentation"' +
  ' allow="fullscreen; encrypted-media; picture-in-picture" allowfullscreen loading="lazy"' +
  ' referrerpolicy="strict-origin-when-cross-origin"';

/** What to make of an `iframe`. Players are asked for by https whatever the page wrote. */
export function findFrame(tag: Tag, base: string | undefined): FrameFinding {
  for (const name of SOURCES) {
    const reference = tag.get(name);
    const address = reference === undefined ? undefined : absoluteUrl(reference, base);
    if (address === undefined) continue;
    const url = new URL(address);
    const path = Object.hasOwn(PLAYERS, url.host) ? PLAYERS[url.host] : undefined;
    if (path !== undefined && url.pathname.startsWith(path)) {
      url.protocol = 'https:';
      return { kind: 'player', url: url.href };
    }
    const counts =
      isPixel(tag) || isTracker(address) || /display\s{0,5}:\s{0,5}none/i.test(tag.start('style'));
    return counts ? { kind: 'nothing' } : { kind: 'link', url: address };
  }
  return { kind: 'nothing' };
}
