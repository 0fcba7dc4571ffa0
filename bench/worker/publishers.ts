/** Publishers as they are: how often they publish, how their servers answer, what they ask of those who poll them. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** When and how something is published. Times are milliseconds since 1970. */
export interface Publisher {
  index: number;
  url: string;
  pattern: string;
  /** When each item was published, in order; some twenty of them before the simulation begins. */
  times: readonly number[];
  isDated: boolean;
  validators: readonly ('etag' | 'last-modified')[];
  /** The document says when it was built, which changes while nothing is published. */
  isRebuilt: boolean;
  /** Characters of an item's body. */
  bodyLength: number;
  /** Tags of each item. */
  tags: number;
  ttlMinutes?: number;
  skipHours?: readonly number[];
  maxAgeSeconds?: number;
  /** Between these times every answer is this status, or none where it is 0. */
  outage?: { from: number; to: number; status: number };
}

type Random = () => number;

interface Pattern {
  name: string;
  /** Of all publishers. */
  share: number;
  times(random: Random, from: number, to: number): number[];
}

/**
 * How publishers publish. People do it in sittings: several things within an hour or two, then nothing for a while. Of
 * what a reader collects over the years most is a person's, and much of that has stopped.
 */
const PATTERNS = [
  {
    name: 'news wire',
    share: 0.015,
    times: (random, from, to) =>
      byChance(random, { from: from - 2 * DAY, to }, (hour) => (hour < 6 ? 25 : 70) / 24),
  },
  {
    name: 'paper, in working hours',
    share: 0.04,
    times(random, from, to) {
      const perDay = 6 + 20 * random();
      return byChance(random, { from: from - 10 * DAY, to }, (hour, day) =>
        hour < 7 || hour > 18 ? 0 : (perDay / 12) * (isWeekend(day) ? 0.25 : 1),
      );
    },
  },
  {
    name: 'several a day, in sittings',
    share: 0.17,
    times(random, from, to) {
      const perDay = 0.7 + 1.3 * random();
      const sittings = byChance(random, { from: from - 30 * DAY, to }, (hour) =>
        hour < 8 || hour > 22 ? 0 : perDay / 15,
      );
      return inSittings(random, sittings, { most: 5, lasting: 90 * MINUTE, to });
    },
  },
  {
    name: 'several a day, one by one',
    share: 0.045,
    times(random, from, to) {
      const perDay = 2 + 3 * random();
      return byChance(random, { from: from - 25 * DAY, to }, (hour, day) =>
        hour < 8 || hour > 22 ? 0 : (perDay / 15) * (isWeekend(day) ? 0.6 : 1),
      );
    },
  },
  {
    name: 'once a day',
    share: 0.1,
    times: (random, from, to) =>
      inSteps(random, { from: from - 40 * DAY, to }, () => 1, 20 * MINUTE).filter(
        (time) => !isWeekend(new Date(time).getUTCDay()),
      ),
  },
  {
    name: 'once a week',
    share: 0.2,
    times: (random, from, to) =>
      inSteps(random, { from: from - 180 * DAY, to }, () => 7, random() < 0.5 ? HOUR : 2 * DAY),
  },
  {
    name: 'a batch now and then',
    share: 0.1,
    times(random, from, to) {
      const batches = inSteps(random, { from: from - 60 * DAY, to }, () => 3 + 9 * random(), HOUR);
      return inSittings(random, batches, { most: 15, lasting: HOUR, to });
    },
  },
  {
    name: 'once a month or so',
    share: 0.16,
    times: (random, from, to) =>
      inSteps(random, { from: from - 900 * DAY, to }, () => 1 - 30 * Math.log(1 - random()), 0),
  },
  {
    name: 'nothing any more',
    share: 0.17,
    times(random, from) {
      const end = from - (60 + 900 * random()) * DAY;
      return inSteps(random, { from: end - 100 * DAY, to: end }, () => 4, 2 * DAY);
    },
  },
] as const satisfies Pattern[];

/** Publishers that share a host: a platform of blogs. */
const BLOGS_PER_PLATFORM = 20;
const RSSHUB_SHARE = 0.01;
const PLATFORM_SHARE = 0.25;

interface Span {
  from: number;
  to: number;
  seed: number;
}

/** Publishers by the shares above, the same for the same seed. */
export function makePublishers(count: number, { from, to, seed }: Span): Publisher[] {
  return Array.from({ length: count }, (_, index) => {
    const random = generator(seed + 7919 * index);
    const pattern = choose(random(), PATTERNS);
    const times = pattern.times(random, from, to);
    const isRoute = random() < RSSHUB_SHARE;
    const isOnPlatform = random() < PLATFORM_SHARE;
    const platform = Math.floor(index / BLOGS_PER_PLATFORM / (PLATFORM_SHARE * 4));
    const url = isRoute
      ? `rsshub://site/${index}`
      : isOnPlatform
        ? `https://platform-${platform}.example/${index}/feed`
        : `https://site-${index}.example/feed`;
    return {
      index,
      url,
      pattern: pattern.name,
      times,
      isDated: random() > 0.05,
      bodyLength: Math.round(150 * 12 ** random()),
      tags: 0,
      ...serverOf(random, isRoute),
      ...troubleOf(random, from, to),
    };
  });
}

/** Five items a day, one by one. */
const STEADY: Pattern = {
  name: 'five a day',
  share: 1,
  times: (random, from, to) =>
    byChance(random, { from: from - 10 * DAY, to }, (hour) => (hour < 8 || hour > 22 ? 0 : 5 / 15)),
};
/** As an RSSHub route of news has it: 20 of them are 107 KB. */
const STEADY_BODY = 5000;

/** Publishers as a cost plan takes all to be: five items a day, no wishes, no trouble. */
export function makeSteadyPublishers(count: number, { from, to, seed }: Span): Publisher[] {
  return Array.from({ length: count }, (_, index) => {
    const random = generator(seed + 7919 * index);
    return {
      index,
      url: `https://site-${index}.example/feed`,
      pattern: STEADY.name,
      times: STEADY.times(random, from, to),
      isDated: true,
      bodyLength: STEADY_BODY,
      tags: 2,
      ...choose(random(), SERVERS),
    };
  });
}

function serverOf(
  random: Random,
  isRoute: boolean,
): Pick<Publisher, 'validators' | 'isRebuilt' | 'ttlMinutes' | 'skipHours' | 'maxAgeSeconds'> {
  if (isRoute) return { validators: ['etag'], isRebuilt: true, ttlMinutes: 5, maxAgeSeconds: 300 };
  const { validators, isRebuilt } = choose(random(), SERVERS);
  const { ttlMinutes } = choose(random(), TTLS);
  const { maxAgeSeconds } = choose(random(), MAX_AGES);
  const night = [0, 1, 2, 3, 4, 5];
  return {
    validators,
    isRebuilt,
    ...(ttlMinutes !== undefined && { ttlMinutes }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(random() < 0.02 && { skipHours: night }),
  };
}

interface Server {
  share: number;
  validators: Publisher['validators'];
  isRebuilt: boolean;
}

const SERVERS: Server[] = [
  { share: 0.55, validators: ['etag', 'last-modified'], isRebuilt: false },
  { share: 0.15, validators: ['etag'], isRebuilt: false },
  { share: 0.1, validators: ['last-modified'], isRebuilt: false },
  { share: 0.12, validators: [], isRebuilt: false },
  { share: 0.08, validators: [], isRebuilt: true },
];

const TTLS: { share: number; ttlMinutes?: number }[] = [
  { share: 0.7 },
  { share: 0.08, ttlMinutes: 15 },
  { share: 0.15, ttlMinutes: 60 },
  { share: 0.05, ttlMinutes: 180 },
  { share: 0.02, ttlMinutes: 1440 },
];

const MAX_AGES: { share: number; maxAgeSeconds?: number }[] = [
  { share: 0.72 },
  { share: 0.1, maxAgeSeconds: 300 },
  { share: 0.08, maxAgeSeconds: 1800 },
  { share: 0.06, maxAgeSeconds: 3600 },
  { share: 0.04, maxAgeSeconds: 14_400 },
];

const OUTAGES: { share: number; days?: number; status: number }[] = [
  { share: 0.95, status: 0 },
  { share: 0.02, days: 7, status: 500 },
  { share: 0.005, days: 7, status: 404 },
  { share: 0.005, days: 7, status: 0 },
  { share: 0.02, days: 0.2, status: 502 },
];

function troubleOf(random: Random, from: number, to: number): Pick<Publisher, 'outage'> {
  const { days, status } = choose(random(), OUTAGES);
  if (days === undefined) return {};
  const start = from + random() * Math.max(0, to - from - (days + 3) * DAY);
  return { outage: { from: start, to: start + days * DAY, status } };
}

function choose<T extends { share: number }>(chance: number, options: readonly T[]): T {
  let rest = chance;
  for (const option of options) {
    if (rest < option.share) return option;
    rest -= option.share;
  }
  return options.at(-1) as T;
}

/** Items that come by chance, so many an hour as `rate` says for an hour of the publisher's own day. */
function byChance(
  random: Random,
  { from, to }: { from: number; to: number },
  rate: (hour: number, day: number) => number,
): number[] {
  const zone = Math.floor(24 * random()) * HOUR;
  const most = Math.max(...Array.from({ length: 24 }, (_, hour) => rate(hour, 1)));
  const times: number[] = [];
  for (let time = from; ; ) {
    time -= (Math.log(1 - random()) * HOUR) / most;
    if (time >= to) return times;
    const local = new Date(time + zone);
    if (random() * most < rate(local.getUTCHours(), local.getUTCDay())) times.push(Math.round(time));
  }
}

/** Items that come every so many days, give or take. */
function inSteps(
  random: Random,
  { from, to }: { from: number; to: number },
  days: () => number,
  spread: number,
): number[] {
  const times: number[] = [];
  for (let time = from + random() * days() * DAY; time < to; time += days() * DAY)
    times.push(Math.round(time + (random() - 0.5) * spread));
  return times.filter((time) => time < to).sort((a, b) => a - b);
}

/** Several items from each time on. */
function inSittings(
  random: Random,
  begins: readonly number[],
  { most, lasting, to }: { most: number; lasting: number; to: number },
): number[] {
  return begins
    .flatMap((begin) =>
      Array.from({ length: 1 + Math.floor(most * random()) }, () => Math.round(begin + lasting * random())),
    )
    .filter((time) => time < to)
    .sort((a, b) => a - b);
}

function isWeekend(day: number): boolean {
  return day === 0 || day === 6;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function generator(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
