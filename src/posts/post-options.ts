import { proxiedPicture } from '../article.ts';
import { findOwnProfile, type OwnProfiles } from './own-profile.ts';
import { PROFILES, type Profile, THEMES } from './profile.ts';
import { isZone } from './zoned-time.ts';

const PICTURE_MODES = ['proxy', 'origin'] as const;
/** Where posts load pictures from: through our proxy, or where the publisher has them. */
type PictureMode = (typeof PICTURE_MODES)[number];

/** How posts are wanted. */
export interface PostOptions {
  profile: Profile;
  /** The site's zone; dates are in UTC without one. */
  timezone?: string;
  images: PictureMode;
  /** Whether files lie in the folders of their category path. */
  folders: boolean;
}

export type PostOptionsResult =
  | { kind: 'options'; options: PostOptions }
  | { kind: 'wrong'; message: string };

/** How posts are wanted, as it is written. */
export type WantedPosts = Readonly<Record<string, string | undefined>>;

/**
 * Reads how posts are wanted, from the parameters of an address or the options of the command; both have the same
 * names: `profile`, `theme`, `timezone`, `images`, `layout`. @param own profiles that the owner wrote
 */
export function readPostOptions(given: WantedPosts, own: OwnProfiles = {}): PostOptionsResult {
  const profile = readProfile(given.profile ?? 'hexo', given.theme, own);
  if (typeof profile === 'string') return { kind: 'wrong', message: profile };
  const { timezone, images = 'proxy', layout = 'folders' } = given;
  if (timezone !== undefined && !isZone(timezone)) {
    return { kind: 'wrong', message: `timezone is a zone such as Asia/Shanghai, not "${timezone}"` };
  }
  if (!isPictureMode(images)) {
    return { kind: 'wrong', message: `images is one of ${PICTURE_MODES.join(', ')}, not "${images}"` };
  }
  if (layout !== 'folders' && layout !== 'flat') {
    return { kind: 'wrong', message: `layout is folders or flat, not "${layout}"` };
  }
  return {
    kind: 'options',
    options: { profile, images, folders: layout === 'folders', ...(timezone !== undefined && { timezone }) },
  };
}

/** Where posts load their pictures, with the proxy at `proxyOrigin`. */
export function pictureAddress({ images }: PostOptions, proxyOrigin: string): (url: string) => string {
  return images === 'proxy' ? (url) => proxiedPicture(url, proxyOrigin) : String;
}

/** Whether a profile is wanted that only the owner's list may have. */
export function wantsOwnProfile({ profile }: WantedPosts): boolean {
  return profile !== undefined && !Object.hasOwn(PROFILES, profile);
}

function readProfile(name: string, theme: string | undefined, own: OwnProfiles): Profile | string {
  const profile = Object.hasOwn(PROFILES, name) ? PROFILES[name] : findOwnProfile(name, own);
  const names = [...Object.keys(PROFILES), ...Object.keys(own)];
  if (profile === undefined) return `profile is one of ${names.join(', ')}, not "${name}"`;
  if (theme === undefined) return profile;
  const themeKeys = Object.hasOwn(THEMES, theme) ? THEMES[theme] : undefined;
  if (themeKeys === undefined) return `theme is one of ${Object.keys(THEMES).join(', ')}, not "${theme}"`;
  if (name !== 'hexo') return `themes are Hexo's; the profile ${name} has none`;
  return { ...profile, keys: { ...profile.keys, ...themeKeys } };
}

function isPictureMode(text: string): text is PictureMode {
  return (PICTURE_MODES as readonly string[]).includes(text);
}
