import type { AddressPolicy } from './fetch/public-address.ts';
import { readRepositoryAddress } from './git/repository-address.ts';
import type { ImageAccess } from './images/access.ts';
import type { ArchiveBucket } from './images/archive.ts';
import type { RateLimiter } from './images/rate-limit.ts';
import type { PictureTransformer } from './images/rendition.ts';
import type { AlertTarget } from './jobs/alert.ts';
import type { HubTarget, PingMessage } from './jobs/ping-hub.ts';
import type { PublishMessage, PublishTarget } from './jobs/publish-posts.ts';
import type { RetentionRules } from './jobs/retention.ts';
import type { PollMessage } from './jobs/schedule.ts';
import { PLAN_LIMITS, type PlanLimits } from './sources/plan-limits.ts';

/** The bindings and variables of `wrangler.toml`, and its secrets. */
export interface Env {
  DB: D1Database;
  POLLS: Queue<PollMessage | PublishMessage | PingMessage>;
  /** Secret: the owner's token. Without one the owner's calls are closed. */
  ADMIN_TOKEN?: string;
  /** Where the Worker is reached, e.g. `https://news.example.org`; the origin a request came to otherwise. */
  PUBLIC_URL?: string;
  /** Cloudflare's plan, which sets how much one invocation does: `free` (default) or `paid`. */
  PLAN?: string;
  SITE_TITLE?: string;
  /** Zone in which the page groups articles by day. */
  TIMEZONE?: string;
  /** Whose pictures the proxy serves: `sources` (default), `signed` or `open`. */
  IMAGE_ACCESS?: string;
  /** Hosts whose pictures it serves in any case, separated by commas: `img.example.org`, `*.example.org`. */
  IMAGE_HOSTS?: string;
  /** Secret: the key that signs picture addresses, and behind a comma the one before it. */
  IMAGE_KEYS?: string;
  /** Bounds how often a client has origins asked for pictures. */
  IMAGE_LIMIT?: RateLimiter;
  /** Keeps pictures of articles for the time when their origin has died. */
  IMAGE_ARCHIVE?: ArchiveBucket;
  /** Makes pictures smaller. */
  IMAGES?: PictureTransformer;
  /** Private origins that may be asked, separated by commas, e.g. `http://127.0.0.1:4801`. */
  PRIVATE_ORIGINS?: string;
  /** Where to tell that a source broke or recovered, by POST. */
  ALERT_URL?: string;
  /** Secret: the key that signs what is told there. */
  ALERT_KEY?: string;
  /** The WebSub hub that is told when a feed changes. */
  WEBSUB_HUB?: string;
  /** Days after which an article goes. */
  KEEP_DAYS?: string;
  /** Articles of a source beyond which the oldest go. */
  KEEP_ITEMS?: string;
  /** Megabytes the database may have. */
  MAX_DB_MB?: string;
  /** The git repository to publish posts to: `owner/blog` at GitHub, or the address of another one. */
  GIT_REPO?: string;
  /** Its branch: `main` by default. */
  GIT_BRANCH?: string;
  /** Secret: a token that may write to it. */
  GIT_TOKEN?: string;
  /** The folder in it, and how posts are wanted: `source/_posts?theme=next&timezone=Asia/Shanghai`. */
  GIT_POSTS?: string;
}

/** The variables, checked and with their defaults. */
export interface Config {
  adminToken?: string;
  publicOrigin?: string;
  /** What one invocation may do. */
  limits: PlanLimits;
  siteTitle: string;
  timezone: string;
  /** Which addresses may be asked. The host that a request came to is refused besides. */
  addresses: AddressPolicy;
  imageAccess: ImageAccess;
  /** The owner's webhook. */
  alert?: AlertTarget;
  retention: RetentionRules;
  /** Where posts are published to. */
  publish?: PublishTarget;
  /** The hub of our feeds. */
  hub?: HubTarget;
}

/** Reads the variables. A wrong one throws with its name and what to write, because nothing works right with it. */
export function readConfig(env: Omit<Env, 'DB' | 'POLLS'>): Config {
  const { ADMIN_TOKEN, PUBLIC_URL, SITE_TITLE, TIMEZONE, PRIVATE_ORIGINS } = env;
  const publicOrigin = PUBLIC_URL ? readOrigin('PUBLIC_URL', PUBLIC_URL) : undefined;
  return {
    limits: readPlan(env.PLAN || 'free'),
    siteTitle: SITE_TITLE || 'Tributary',
    timezone: readTimezone(TIMEZONE || 'UTC'),
    addresses: {
      allowedOrigins: new Set(listOf(PRIVATE_ORIGINS).map((text) => readOrigin('PRIVATE_ORIGINS', text))),
      // asking ourselves would be a loop
      ownHosts: new Set(publicOrigin === undefined ? [] : [new URL(publicOrigin).host]),
    },
    imageAccess: {
      mode: readImageAccess(env.IMAGE_ACCESS || 'sources'),
      hosts: listOf(env.IMAGE_HOSTS),
      signingKeys: listOf(env.IMAGE_KEYS),
    },
    retention: {
      maxDatabaseBytes: 1_000_000 * (readNumber('MAX_DB_MB', env.MAX_DB_MB) ?? DEFAULT_MAX_DB_MB),
      ...optional('keepDays', readNumber('KEEP_DAYS', env.KEEP_DAYS)),
      ...optional('keepItems', readNumber('KEEP_ITEMS', env.KEEP_ITEMS)),
    },
    ...(env.ALERT_URL && { alert: readAlertTarget(env.ALERT_URL, env.ALERT_KEY) }),
    ...(env.GIT_REPO && { publish: readPublishTarget(env, env.GIT_REPO) }),
    ...(env.WEBSUB_HUB && { hub: readHubTarget(env.WEBSUB_HUB, PUBLIC_URL) }),
    ...(ADMIN_TOKEN && { adminToken: ADMIN_TOKEN }),
    ...(publicOrigin !== undefined && { publicOrigin }),
  };
}

/** The free plan ends at 500 MB; what is left is room for the moment in which the oldest articles go. */
const DEFAULT_MAX_DB_MB = 450;

function readNumber(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${name} is a whole number above 0, not "${text}"`);
}

function readAlertTarget(url: string, key: string | undefined): AlertTarget {
  return { url: readUrl('ALERT_URL', url, 'https://hooks.example.org/tributary').href, ...(key && { key }) };
}

function readHubTarget(url: string, publicUrl: string | undefined): HubTarget {
  if (!publicUrl) throw new Error('WEBSUB_HUB needs PUBLIC_URL, under which the hub knows the feeds');
  const hub = readUrl('WEBSUB_HUB', url, 'https://pubsubhubbub.appspot.com/').href;
  return { hub, publicOrigin: readOrigin('PUBLIC_URL', publicUrl) };
}

function readPublishTarget(env: Omit<Env, 'DB' | 'POLLS'>, repo: string): PublishTarget {
  const { GIT_BRANCH, GIT_TOKEN, GIT_POSTS, PUBLIC_URL } = env;
  const repository = readRepositoryAddress(repo);
  if (repository === undefined)
    throw new Error(`GIT_REPO is owner/blog at GitHub, or https://git.example.org/owner/blog, not "${repo}"`);
  if (!GIT_TOKEN) throw new Error('GIT_REPO needs GIT_TOKEN, a token that may write to the repository');
  if (!PUBLIC_URL) throw new Error('GIT_REPO needs PUBLIC_URL, which posts load their pictures from');
  const [folder = '', query = ''] = (GIT_POSTS || DEFAULT_GIT_POSTS).split('?');
  return {
    repository,
    branch: GIT_BRANCH || 'main',
    token: GIT_TOKEN,
    folder: folder.replace(/^\/+|\/+$/g, ''),
    wanted: Object.fromEntries(new URLSearchParams(query)),
    proxyOrigin: readOrigin('PUBLIC_URL', PUBLIC_URL),
  };
}

/** Where Hexo has its posts. */
const DEFAULT_GIT_POSTS = 'source/_posts';

/** A field that is there only with a value. */
function optional<K extends string, V>(name: K, value: V | undefined): { [k in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [k in K]?: V });
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function readOrigin(name: string, text: string): string {
  return readUrl(name, text, 'https://news.example.org').origin;
}

function readUrl(name: string, text: string, example: string): URL {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return new URL(text);
  throw new Error(`${name} is an address such as ${example}, not "${text}"`);
}

function readPlan(plan: string): PlanLimits {
  if (plan === 'free' || plan === 'paid') return PLAN_LIMITS[plan];
  throw new Error(`PLAN is free or paid, not "${plan}"`);
}

function readImageAccess(mode: string): ImageAccess['mode'] {
  if (mode === 'sources' || mode === 'signed' || mode === 'open') return mode;
  throw new Error(`IMAGE_ACCESS is sources, signed or open, not "${mode}"`);
}

function readTimezone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new Error(`TIMEZONE is a zone such as Asia/Shanghai, not "${zone}"`);
  }
}
