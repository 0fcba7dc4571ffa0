import { FIELD_NAMES, type Field, type KeyRule, PROFILES, type Profile } from './profile.ts';

/** A profile that the owner wrote: keys of the front matter, and the profile whose dates and file names it has. */
export interface OwnProfile {
  like: string;
  keys: Readonly<Record<string, KeyRule>>;
}

export type OwnProfiles = Readonly<Record<string, OwnProfile>>;

export type OwnProfileResult = { kind: 'ok'; value: OwnProfile } | { kind: 'wrong'; message: string };

const MAX_KEYS = 60;
/** A key that YAML takes unquoted, whatever reads it. */
const KEY = /^[a-z][\w-]{0,63}$/i;

/**
 * Checks a profile as it comes from the sources file or over HTTP:
 *
 *     blog: { like: hugo, keys: { title: title, cover: headImage, draft: { value: false } } }
 */
export function checkOwnProfile(name: string, input: unknown): OwnProfileResult {
  const wrong = (message: string): OwnProfileResult => ({
    kind: 'wrong',
    message: `profile \`${name}\`: ${message}`,
  });
  if (!KEY.test(name)) return wrong('a name is letters, digits and hyphens');
  if (Object.hasOwn(PROFILES, name)) return wrong('that is the name of a profile there is');
  if (!isMapping(input)) return wrong('it is a mapping with `keys`');
  const unknown = Object.keys(input).find((field) => field !== 'like' && field !== 'keys');
  if (unknown !== undefined) return wrong(`unknown field \`${unknown}\`; known are like, keys`);
  const { like = 'hexo', keys } = input;
  if (typeof like !== 'string' || !Object.hasOwn(PROFILES, like))
    return wrong(`\`like\` is one of ${Object.keys(PROFILES).join(', ')}`);
  if (!isMapping(keys)) return wrong('`keys` is a mapping such as { title: title, cover: headImage }');
  const entries = Object.entries(keys);
  if (entries.length === 0 || entries.length > MAX_KEYS)
    return wrong(`\`keys\` has from 1 to ${MAX_KEYS} keys`);
  for (const [key, rule] of entries) {
    if (!KEY.test(key)) return wrong(`\`${key}\` is no key: write letters, digits, _ and -`);
    if (!isKeyRule(rule))
      return wrong(
        `\`${key}\` is one of ${FIELD_NAMES.join(', ')}, or { value: … } with a text, a number, true or false`,
      );
  }
  return { kind: 'ok', value: { like, keys: keys as Record<string, KeyRule> } };
}

/** The owner's profile of a name; undefined where there is none. */
export function findOwnProfile(name: string, profiles: OwnProfiles): Profile | undefined {
  const own = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const like = own && PROFILES[own.like];
  return like && { ...like, keys: own.keys };
}

function isKeyRule(rule: unknown): rule is KeyRule {
  if (typeof rule === 'string') return FIELD_NAMES.includes(rule as Field);
  if (!isMapping(rule) || Object.keys(rule).join() !== 'value') return false;
  return ['string', 'number', 'boolean'].includes(typeof rule.value);
}

function isMapping(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
