/** What a key of the front matter can be filled from (`fields.ts` says how each is written). */
export const FIELD_NAMES = [
  'title',
  'description',
  'categories',
  'tags',
  'headImage',
  'headImages',
  'thumbnail',
  'author',
  'source',
  'link',
  'published',
  'updated',
  'lastChanged',
  'language',
] as const;
export type Field = (typeof FIELD_NAMES)[number];

/** A key's field, or the one value it always has. */
export type KeyRule = Field | { value: string | number | boolean };

/** How a blog generator wants its posts. */
export interface Profile {
  /** Front-matter keys in their order. A key whose field is absent is left out. */
  keys: Readonly<Record<string, KeyRule>>;
  /**
   * How dates are written. `local`: the wall clock of the site's zone without a zone, which is the only form that Hexo
   * shows rightly wherever it runs, or RFC 1123 when no zone is known. `iso`: an unquoted ISO 8601 time with offset.
   */
  dates: 'local' | 'iso';
  /** Whether file names begin with the day: Jekyll takes nothing else for a post. */
  datedNames: boolean;
}

const NOINDEX = { value: 'noindex, follow' } as const;

/** Keys that say where a text comes from are in every one; those that keep a copy out of search engines where known. */
export const PROFILES: Readonly<Record<string, Profile>> = {
  hexo: {
    keys: {
      title: 'title',
      categories: 'categories',
      tags: 'tags',
      headimg: 'headImage',
      thumbnail: 'thumbnail',
      author: 'author',
      comments: { value: false },
      date: 'published',
      // without one Hexo takes the file's time, which is another on every machine that builds the blog
      updated: 'lastChanged',
      link: 'link',
      source: 'source',
      lang: 'language',
    },
    dates: 'local',
    datedNames: false,
  },
  hugo: {
    keys: {
      title: 'title',
      description: 'description',
      date: 'published',
      lastmod: 'updated',
      categories: 'categories',
      tags: 'tags',
      // the list that Hugo's own Open Graph template reads
      images: 'headImages',
      author: 'author',
      comments: { value: false },
      link: 'link',
      source: 'source',
      language: 'language',
      canonicalURL: 'link',
      robotsNoIndex: { value: true },
    },
    dates: 'iso',
    datedNames: false,
  },
  jekyll: {
    keys: {
      // without a layout Jekyll writes a page without its head
      layout: { value: 'post' },
      title: 'title',
      description: 'description',
      date: 'published',
      last_modified_at: 'updated',
      categories: 'categories',
      tags: 'tags',
      image: 'headImage',
      author: 'author',
      comments: { value: false },
      link: 'link',
      source: 'source',
      lang: 'language',
      canonical_url: 'link',
      robots: NOINDEX,
      sitemap: { value: false },
    },
    dates: 'iso',
    datedNames: true,
  },
  astro: {
    keys: {
      title: 'title',
      // the starter's schema asks for one
      description: 'description',
      pubDate: 'published',
      updatedDate: 'updated',
      categories: 'categories',
      tags: 'tags',
      image: 'headImage',
      author: 'author',
      link: 'link',
      source: 'source',
      lang: 'language',
      canonicalURL: 'link',
      noindex: { value: true },
    },
    dates: 'iso',
    datedNames: false,
  },
  eleventy: {
    keys: {
      title: 'title',
      description: 'description',
      date: 'published',
      updated: 'updated',
      categories: 'categories',
      tags: 'tags',
      image: 'headImage',
      author: 'author',
      comments: { value: false },
      link: 'link',
      source: 'source',
      lang: 'language',
      canonical: 'link',
      noindex: { value: true },
    },
    dates: 'iso',
    datedNames: false,
  },
};

/** What Hexo themes read besides the keys of the profile: where their pictures stand, and who knows `robots`. */
export const THEMES: Readonly<Record<string, Profile['keys']>> = {
  volantis: { robots: NOINDEX },
  butterfly: { cover: 'headImage', top_img: 'headImage' },
  next: { photos: 'headImages' },
  fluid: { index_img: 'headImage', banner_img: 'headImage' },
  stellar: { cover: 'headImage', banner: 'headImage', robots: NOINDEX },
  landscape: { photos: 'headImages' },
};
