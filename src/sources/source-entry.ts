import type { PollRange, SourceEntry } from './source-list.ts';

/** A value that was read, or a sentence about what is wrong with it. */
export type Checked<T> = { kind: 'ok'; value: T } | { kind: 'wrong'; message: string };

const DAY_MINUTES = 24 * 60;
const MAX_PATH_DEPTH = 8;

const FIELDS = ['url', 'title', 'categories', 'poll', 'author', 'timezone', 'fulltext'] as const;

/**
 * Checks one source as it comes from a file or over HTTP. Unknown fields are wrong rather than ignored, so that a
 * slip of the pen is seen.
 */
export function checkSourceEntry(input: unknown): Checked<SourceEntry> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return wrong('a source is a mapping with at least `url`');
  }
  const fields = input as Record<string, unknown>;
  const unknown = Object.keys(fields).find((key) => !(FIELDS as readonly string[]).includes(key));
  if (unknown !== undefined) return wrong(`unknown field \`${unknown}\`; known are ${FIELDS.join(', ')}`);

  const url = checkSourceUrl(fields.url);
  if (url.kind === 'wrong') return url;
  const categories = checkCategories(fields.categories);
  if (categories.kind === 'wrong') return categories;
  const entry: SourceEntry = { url: url.value, categories: categories.value };

  if (isGiven(fields.title)) {
    if (typeof fields.title !== 'string' || fields.title.trim() === '')
      return wrong('`title` is a text; without it the source is called what its feed is');
    entry.title = fields.title.trim();
  }
  if (isGiven(fields.poll)) {
    const poll = checkPoll(fields.poll);
    if (poll.kind === 'wrong') return poll;
    entry.poll = poll.value;
  }
  if (isGiven(fields.author)) {
    if (fields.author !== 'source' && fields.author !== 'item')
      return wrong('`author` is `source` or `item`');
    entry.author = fields.author;
  }
  if (isGiven(fields.timezone)) {
    if (!isTimezone(fields.timezone)) return wrong('`timezone` is a zone such as Asia/Shanghai or +08:00');
    entry.timezone = fields.timezone;
  }
  if (isGiven(fields.fulltext)) {
    if (typeof fields.fulltext !== 'boolean') return wrong('`fulltext` is true or false');
    entry.fulltext = fields.fulltext;
  }
  return { kind: 'ok', value: entry };
}

/**
 * A source's address in its one canonical form: `http(s)` without fragment, or `rsshub://` and a route. `feed:` is
 * what browsers once put before a feed's address and is taken off.
 */
export function checkSourceUrl(input: unknown): Checked<string> {
  if (typeof input !== 'string' || input.trim() === '') return wrong('`url` is missing');
  const written = input
    .trim()
    .replace(/^feed:(?:\/\/)?(?=https?:)/i, '')
    .replace(/^feed:\/\//i, 'http://');
  const route = /^rsshub:\/\/\/*(.+)$/i.exec(written)?.[1];
  if (route !== undefined) return { kind: 'ok', value: `rsshub://${route}` };
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return wrong(`\`${written.slice(0, 200)}\` is no address; write http://…, https://… or rsshub://…`);
  }
  if (hasCredentials(url)) return wrong(CREDENTIALS);
  url.hash = '';
  return { kind: 'ok', value: url.href };
}

/** Requests never carry them (`fetch/public-address.ts`), and our feeds and lists name their sources to everybody. */
const CREDENTIALS = 'an address with a user name or password is not asked; leave them out';

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

/** RSSHub instances: `http(s)` addresses, written without the slash at the end. */
export function checkInstances(input: unknown): Checked<string[]> {
  const list = Array.isArray(input) ? input : [input];
  const instances: string[] = [];
  for (const item of list) {
    const url = typeof item === 'string' && URL.canParse(item) ? new URL(item) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) {
      return wrong(`\`rsshub\` names instances such as https://rsshub.app, not \`${String(item)}\``);
    }
    if (hasCredentials(url)) return wrong(CREDENTIALS);
    instances.push(url.href.replace(/\/+$/, ''));
  }
  return { kind: 'ok', value: instances };
}

/** Minutes between polls, or a range of them: `30m-12h`, or `{ floor: 30, ceiling: 720 }` as the API shows it. */
function checkPoll(input: unknown): Checked<number | PollRange> {
  const bounds =
    typeof input === 'object' && input !== null && 'floor' in input && 'ceiling' in input
      ? [input.floor, input.ceiling]
      : String(input).split(/\s*-\s*/);
  if (bounds.length !== 2) return checkPollMinutes(input);
  const [floor, ceiling] = [checkPollMinutes(bounds[0]), checkPollMinutes(bounds[1])];
  if (floor.kind === 'wrong') return floor;
  if (ceiling.kind === 'wrong') return ceiling;
  if (floor.value > ceiling.value) return wrong('`poll` is a range such as 30m-12h, the shorter time first');
  return { kind: 'ok', value: { floor: floor.value, ceiling: ceiling.value } };
}

/** Minutes between polls: a number of minutes, or a text such as `30m`, `6h`, `1d`. At most a week. */
function checkPollMinutes(input: unknown): Checked<number> {
  const match = /^(\d+)\s*(m|min|h|d)?$/.exec(String(input).trim());
  const factor = { m: 1, min: 1, h: 60, d: DAY_MINUTES }[match?.[2] ?? 'm'] ?? 1;
  const minutes = Number(match?.[1]) * factor;
  if (!match || minutes < 1 || minutes > 7 * DAY_MINUTES) {
    return wrong('`poll` is a time from 1m to 7d, such as 30m, 6h or 1d, or a range such as 30m-12h');
  }
  return { kind: 'ok', value: minutes };
}

/** A category path: a list of names, or one name. */
export function checkCategories(input: unknown): Checked<string[]> {
  if (!isGiven(input)) return { kind: 'ok', value: [] };
  const list = Array.isArray(input) ? input : [input];
  if (list.length > MAX_PATH_DEPTH)
    return wrong(`\`categories\` is a path of at most ${MAX_PATH_DEPTH} levels`);
  const path: string[] = [];
  for (const level of list) {
    if (typeof level !== 'string' && typeof level !== 'number') {
      return wrong('`categories` is a path such as [新媒体, 趣头条, 分类]');
    }
    const name = String(level).trim();
    if (name === '') return wrong('`categories` has an empty level');
    if (name === '.' || name === '..')
      return wrong('`.` and `..` lead elsewhere in an address: no category is called so');
    path.push(name);
  }
  return { kind: 'ok', value: path };
}

function isTimezone(input: unknown): input is string {
  if (typeof input !== 'string') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: input });
    return true;
  } catch {
    return false;
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function wrong(message: string): { kind: 'wrong'; message: string } {
  return { kind: 'wrong', message };
}
