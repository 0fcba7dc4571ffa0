import type { PostOptions } from './post-options.ts';
import { shortenName } from './short-name.ts';
import { toZonedTime } from './zoned-time.ts';

/** What a post's file is called after. */
export interface NamedPost {
  id: string;
  /** The title the article had when it was first seen: a file keeps its name when the title changes. */
  firstTitle: string;
  categories: readonly string[];
  /** Milliseconds since 1970. */
  published: number;
}

/** Digits of the id at the end of a name: equal titles, and titles that differ in case alone, keep files apart. */
const KEY_LENGTH = 8;
/** Names of devices, which Windows takes for no file, whatever their extension. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])$/i;

/**
 * The path of a post's file: `新媒体/趣头条/分类/西安举办国家网络安全-0a1b2c3d.md`. Each name is letters, digits and hyphens of
 * any script, so that it is the same for every file system, address and shell, and begins with none of the characters
 * that generators take for "hidden". At most 120 graphemes (UAX #29) and 230 bytes.
 */
export function postPath(post: NamedPost, options: PostOptions): string {
  const folders = options.folders ? post.categories.map((level) => safeName(level, '') || 'category') : [];
  const day = options.profile.datedNames
    ? `${toZonedTime(post.published, options.timezone ?? 'UTC').day}-`
    : '';
  const end = `${post.id.slice(0, KEY_LENGTH)}.md`;
  const title = safeName(post.firstTitle, day + end);
  return [...folders, `${day}${title === '' ? '' : `${title}-`}${end}`].join('/');
}

/** A text as a name, short enough for `rest` (ASCII) and a hyphen to stand beside it. */
function safeName(text: string, rest: string): string {
  const words = text
    .slice(0, 1000)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-');
  const name = withoutHyphens(shortenName(withoutHyphens(words), rest.length + 1));
  return DEVICE.test(name) ? `${name}-1` : name;
}

/** A combining mark at the beginning would join the slash before it. */
function withoutHyphens(name: string): string {
  return name.replace(/^(?:-|\p{M})+/u, '').replace(/-$/, '');
}

/** Whether a path from a file or a repository stays inside the folder it is meant for. */
export function isInnerPath(path: string): boolean {
  const names = path.split('/');
  return (
    !/[\\:\u0000-\u001f]/.test(path) && names.every((name) => name !== '' && name !== '.' && name !== '..')
  );
}
