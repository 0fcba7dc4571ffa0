import { absoluteUrl } from '../links.ts';
import { isPixel, isTracker } from './pictures.ts';
import type { Tag } from './tag.ts';

/** What an `iframe` becomes: a player that may run in its own box, a link to anything else, or nothing. */
export type FrameFinding = { kind: 'player' | 'link'; url: string } | { kind: 'nothing' };

/** Hosts whose frames are players, and how the paths of those players begin. Compared with `URL.host` as a whole. */
const PLAYERS: Record<string, string> = {
  'archive.org': '/embed/',
  'bandcamp.com': '/EmbeddedPlayer',
  'cdn.jwplayer.com': '/players/',
  'clips.twitch.tv': '/embed',
  'embed.music.apple.com': '/',
  'embed.nicovideo.jp': '/watch/',
  'embed.podcasts.apple.com': '/',
  'embed.ted.com': '/talks/',
  'fast.wistia.com': '/embed/',
  'fast.wistia.net': '/embed/',
  'geo.dailymotion.com': '/player',
  'i.y.qq.com': '/n2/m/outchain/player/',
  'm.youtube.com': '/embed/',
  'music.163.com': '/outchain/',
  'odysee.com': '/$/embed/',
  'open.douyin.com': '/player/',
  'open.iqiyi.com': '/developer/player_js/',
  'open.spotify.com': '/embed',
  'platform.twitter.com': '/embed/',
  'player.bilibili.com': '/player.html',
  'player.twitch.tv': '/',
  'player.vimeo.com': '/video/',
  'player.youku.com': '/embed/',
  'players.brightcove.net': '/',
  'rumble.com': '/embed/',
  'rutube.ru': '/play/embed/',
  'streamable.com': '/',
  'tv.sohu.com': '/',
  'v.qq.com': '/',
  'vk.com': '/video_ext.php',
  'w.soundcloud.com': '/player',
  'widget.deezer.com': '/widget/',
  'www.acfun.cn': '/player/',
  'www.bilibili.com': '/blackboard/',
  'www.dailymotion.com': '/embed/',
  'www.ixigua.com': '/iframe/',
  'www.loom.com': '/embed/',
  'www.mixcloud.com': '/widget/',
  'www.tiktok.com': '/embed/',
  'www.ximalaya.com': '/thirdparty/player/',
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
    const film = youtubeFilm(url);
    if (film !== undefined) return { kind: 'player', url: `https://www.youtube.com/embed/${film}` };
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

const YOUTUBE_PAGES = new Set(['m.youtube.com', 'music.youtube.com', 'www.youtube.com', 'youtube.com']);

/** The film of a YouTube page or of its former Flash player: they refuse to stand in a frame, their player does not. */
function youtubeFilm(url: URL): string | undefined {
  if (url.host === 'youtu.be') return FILM_PATH.exec(url.pathname)?.[1];
  if (!YOUTUBE_PAGES.has(url.host)) return undefined;
  const isPage = url.pathname === '/watch';
  return PAGE_PATH.exec(isPage ? `/v/${url.searchParams.get('v') ?? ''}` : url.pathname)?.[1];
}

const FILM_PATH = /^\/([\w-]{1,64})/;
const PAGE_PATH = /^\/(?:v|shorts|live)\/([\w-]{1,64})/;
