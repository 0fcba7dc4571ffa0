/** One of the newsroom's sites: what it publishes, and in which shape. */
export interface Site {
  /** First part of its addresses: `/shanhai/feed.xml`, `/shanhai/articles/<slug>`. */
  path: string;
  name: string;
  /** BCP 47. */
  language: string;
  about: string;
  /** Where the sample sources list files it. */
  categories: readonly string[];
  /** Newest first. */
  stories: readonly Story[];
}

export interface Story {
  /** Last part of the article's address; its identity, so it stays. */
  slug: string;
  title: string;
  /** Hours between the story and the end of the day before the newsroom opened. */
  hoursBefore: number;
  tags: readonly string[];
  author?: string;
  /** The body's markup; `at` is the site's own address, without a trailing slash. */
  html(at: string): string;
}

/** When a story was published, in milliseconds; `day` is the start of the newsroom's day in UTC. */
export function publishedAt(story: Story, day: number): number {
  return day - story.hoursBefore * 60 * 60 * 1000;
}
