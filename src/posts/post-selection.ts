/** Which posts are wanted. */
export interface PostSelection {
  /** Published then or later: milliseconds since 1970. */
  since?: number;
  /** In this category or below. */
  category?: readonly string[];
}

export type PostSelectionResult =
  | { kind: 'selection'; selection: PostSelection }
  | { kind: 'wrong'; message: string };

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads which posts are wanted, from the parameters of an address: `since`, a day in UTC or an ISO 8601 time with its
 * zone; `category`, a path of levels percent-encoded where they have a slash.
 */
export function readPostSelection(given: Readonly<Record<string, string | undefined>>): PostSelectionResult {
  const { since, category } = given;
  const time = since === undefined ? undefined : Date.parse(since);
  if (since !== undefined && (!TIME.test(since) || Number.isNaN(time))) {
    return {
      kind: 'wrong',
      message: `since is a day such as 2026-01-31, or a time such as 2026-01-31T08:00:00Z, not "${since}"`,
    };
  }
  const path = category === undefined ? undefined : readPath(category);
  if (category !== undefined && path === undefined) {
    return { kind: 'wrong', message: `category is a path such as 新媒体/趣头条, not "${category}"` };
  }
  return {
    kind: 'selection',
    selection: { ...(time !== undefined && { since: time }), ...(path !== undefined && { category: path }) },
  };
}

function readPath(text: string): string[] | undefined {
  const levels = text.split('/').filter((level) => level !== '');
  try {
    return levels.length === 0 ? undefined : levels.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
