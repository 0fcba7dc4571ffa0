import { monthOf, zoneMinutes } from './date-words.ts';
import { daysAgo, elapsed } from './relative-dates.ts';
import { instantIn, offsetMinutes } from './time-zones.ts';

export interface DateOptions {
  /** Milliseconds since 1970: what relative dates and dates without a year count from. */
  now: number;
  /** Zone of dates that carry none: an IANA name such as `Asia/Shanghai` or an offset such as `+08:00`. Else UTC. */
  timezone?: string;
}

/**
 * Reads a date as feeds write it: RFC 822 with its usual faults, RFC 3339, W3C-DTF, ISO 8601 week and ordinal dates,
 * asctime, seconds or milliseconds since 1970, numbers in the customary orders, month names in twenty languages,
 * Chinese, Japanese and Korean forms, and relative ones. Gives milliseconds since 1970; undefined when the text is no
 * date. Whether a date is plausible is for others to judge.
 */
export function parseDate(text: string, options: DateOptions): number | undefined {
  if (USUAL.test(text)) return Date.parse(text);
  const clean = tidied(text);
  if (clean === '') return undefined;
  // a month and a day, or a year and a month: nobody can tell
  if (/^\d{2}-\d{2}t/.test(clean)) return undefined;
  const count = sinceEpoch(clean);
  if (count !== undefined) return count;
  const ago = elapsed(clean);
  if (ago !== undefined) return options.now - ago;
  // `ago` would be taken for August, which it is in Spanish
  if (clean.endsWith(' ago')) return undefined;
  const { text: rest, time, zone } = takeTime(clean);
  const date = findDate(rest, options);
  return date === undefined ? undefined : toInstant({ ...date, ...time }, zone, options);
}

/** How most feeds write a date: RFC 822 or RFC 3339 without a fault, which every JavaScript engine reads the same. */
const USUAL = (() => {
  const day = '(?:0[1-9]|1\\d|2[0-8])';
  const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
  const year = '(?:19|20)\\d\\d';
  const time = '(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}';
  const hours = '[+-](?:0\\d|1[0-2])';
  return new RegExp(
    `^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ${day} ${month} ${year} ${time} (?:GMT|${hours}00)` +
      `|${year}-(?:0[1-9]|1[0-2])-${day}T${time}(?:Z|${hours}:00))$`,
  );
})();

/** No date is longer; the text is a stranger's, and expressions are to be run over it. */
const MAX_LENGTH = 120;

/** Seconds, with a fraction or not, or milliseconds, which .NET writes as `/Date(1634568968000)/`. */
function sinceEpoch(text: string): number | undefined {
  const count = /^(?:\/date\()?(\d{9,13}(?:\.\d+)?)(?:[+-]\d{4})?(?:\)\/)?$/.exec(text)?.[1];
  if (count === undefined) return undefined;
  return Math.trunc(Number(count) * (Number(count) < 1e11 ? 1000 : 1));
}

interface CalendarDate {
  year: number;
  /** From 1. */
  month: number;
  day: number;
}

interface Time {
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/** Lower case, no accents, no comments (RFC 822, 3.4.3), plain digits and spaces, East Asian units as punctuation. */
function tidied(text: string): string {
  return text
    .slice(0, MAX_LENGTH)
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/(?<!^\/date)\([^)]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<=\d)\. (?=\d)/g, '.')
    .replace(/^((?:19|20)\d{6})(\d{4}(?:\d{2})?)$/, '$1t$2');
}

const AFTERNOON = /下午|晚上|傍晚|午後|오후/;
const MORNING = /上午|早上|凌晨|午前|오전/;

/** `14:56:01.5`, `14h30`, `2:56 pm`, `14时56分`, with the zone that follows or stands anywhere in the text. */
const CLOCK =
  /(?<![\d:+-])(\d{1,2}) ?[:h时時点點시] ?(\d{2}|\d(?=[分분])|(?<=:)\d(?!\d))(?: ?[:分분] ?(\d{1,2})?(?:[.,](\d{1,9}))?[秒초]?)? ?([ap]\.?m\.?(?![a-z]))?/;
const HOUR_ONLY = /(?<![\d:])(\d{1,2}) ?([ap])\.?m\.?(?![a-z])/;
const COMPACT_CLOCK = /(?<=\d{4}-?\d{2}-?\d{2} ?t)(\d{2})(\d{2})(\d{2})?(?:[.,](\d{1,9}))?/;

function takeTime(text: string): { text: string; time: Partial<Time>; zone: string | number | undefined } {
  const match = COMPACT_CLOCK.exec(text) ?? CLOCK.exec(text) ?? HOUR_ONLY.exec(text);
  if (match === null) {
    const { zone, rest } = zoneAtEnd(text);
    return { text: rest, time: {}, zone };
  }
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  const { zone, rest } = takeZone(after);
  return { text: `${before.replace(/(?<=\d ?)t ?$/, ' ')} ${rest}`.trim(), time: timeOf(match, text), zone };
}

function timeOf(match: RegExpExecArray, text: string): Partial<Time> {
  const isHourOnly = /^[ap]$/.test(match[2] ?? '');
  const mark = isHourOnly ? match[2] : match[5]?.[0];
  const hour = Number(match[1]);
  const isAfternoon = mark === 'p' || (mark === undefined && AFTERNOON.test(text));
  const isMorning = mark === 'a' || (mark === undefined && MORNING.test(text));
  return {
    hour: isAfternoon && hour < 12 ? hour + 12 : isMorning && hour === 12 ? 0 : hour,
    minute: isHourOnly ? 0 : Number(match[2]),
    second: isHourOnly ? 0 : Number(match[3] ?? 0),
    millisecond: isHourOnly ? 0 : Number(`0.${match[4] ?? 0}`) * 1000,
  };
}

/** The zone in what follows the time: first in it an offset, a name, or both; a place; or last in it, behind the date. */
function takeZone(after: string): { zone: string | number | undefined; rest: string } {
  const offset = /^[ :]?(?:utc|gmt|z)? ?([+-]) ?(\d{1,2}):?(\d{2})?(?!\d)/.exec(after);
  if (offset !== null) {
    const zone = offsetMinutes(`${offset[1]}${offset[2]}${offset[3] ?? ''}`);
    return { zone, rest: after.slice(offset[0].length) };
  }
  const place = /(?:^|[ [])([a-z]+(?:\/[a-z_]+){1,2})/.exec(after);
  if (place !== null) return { zone: place[1], rest: after.replace(place[0], ' ') };
  const name = /^ ?([a-z]{1,5})(?![a-z])/.exec(after);
  const minutes = name === null ? undefined : zoneMinutes(name[1] ?? '');
  return minutes === undefined ? zoneAtEnd(after) : { zone: name?.[1], rest: after.slice(name?.[0].length) };
}

/** The zone of `Jan 4 16:29:06 2004 EST`, `2 Jan 2006 MST` and `2004-05-25+09:00`. */
function zoneAtEnd(text: string): { zone: string | number | undefined; rest: string } {
  const offset = /(?: |(?<=^\d{4}-\d{2}-\d{2}))([+-]\d{2}:?\d{2})$/.exec(text);
  if (offset !== null) return { zone: offsetMinutes(offset[1] ?? ''), rest: text.slice(0, offset.index) };
  const name = /(?<=\d) ([a-z]{1,5})$/.exec(text);
  return name === null || zoneMinutes(name[1] ?? '') === undefined
    ? { zone: undefined, rest: text }
    : { zone: name[1], rest: text.slice(0, name.index) };
}

function findDate(text: string, options: DateOptions): CalendarDate | undefined {
  const ago = daysAgo(text);
  if (ago !== undefined) return localDay(options, ago);
  return (
    isoDate(text) ?? eastAsianDate(text, options) ?? wordDate(text, options) ?? numericDate(text, options)
  );
}

/** The calendar day in the source's zone, some days before the present. */
function localDay({ now, timezone }: DateOptions, days: number): CalendarDate {
  const ahead = timezone === undefined ? 0 : now - (instantIn(timezone, now) ?? now);
  return calendarDate(new Date(now + ahead - days * 86_400_000));
}

function calendarDate(date: Date): CalendarDate {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/**
 * ISO 8601: calendar, week and ordinal dates, shortened from the right, with or without hyphens. A weekday may stand
 * before the date, or words that say whose it is; and a zero too many before the month.
 */
function isoDate(written: string): CalendarDate | undefined {
  const text = written.replace(/^\D{1,30}(?=\d{4}([-/.])\d{1,2}\1\d)/, '');
  const calendar = /^(\d{4})(?:([-/.])0?(\d{1,2})(?:\2(\d{1,2}))?|(\d{2})(\d{2}))?(?![\d/])(?! ?[-.]\d)/.exec(
    text,
  );
  const week = /^(\d{4})-?w(\d{2})(?:-?([1-7]))?(?!\d)/.exec(text);
  if (week !== null) return weekDate(Number(week[1]), Number(week[2]), Number(week[3] ?? 1));
  const ordinal = /^(\d{4})-?(\d{3})(?!\d|-\d)/.exec(text);
  if (ordinal !== null) return calendarDate(new Date(Date.UTC(Number(ordinal[1]), 0, Number(ordinal[2]))));
  if (calendar === null || /^\d{4}[ -]?[a-z\u0370-\uffff]/.test(text)) return shortIsoDate(text);
  const date = {
    year: Number(calendar[1]),
    month: Number(calendar[3] ?? calendar[5] ?? 1),
    day: Number(calendar[4] ?? calendar[6] ?? 1),
  };
  // with hyphens the order is certain, so a 32nd or a 13th month was counted on from the one before
  return calendar[2] === '-' ? date : valid(date);
}

/** `03-12-31` of ISO 8601:1988. `03-12` may be a month or a day, and so is neither. */
function shortIsoDate(text: string): CalendarDate | undefined {
  const match = /^(\d{2})-(\d{2})-(\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  return valid({ year: fullYear(match[1] ?? ''), month: Number(match[2]), day: Number(match[3]) });
}

/** Week 1 is the one with 4 January in it; weeks begin on Monday. */
function weekDate(year: number, week: number, day: number): CalendarDate {
  const fourth = new Date(Date.UTC(year, 0, 4));
  const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000;
  return calendarDate(new Date(monday + ((week - 1) * 7 + day - 1) * 86_400_000));
}

/** `2021年10月18日`, `10月18日`, `2004년 5월 28일`, `令和3年10月18日`. */
function eastAsianDate(text: string, options: DateOptions): CalendarDate | undefined {
  const match =
    /(?:(令和|平成|民[國国]) ?(\d{1,3}|元) ?年 ?|(\d{4}|\d{2}) ?[年년] ?)?(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日일号號]?)?/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, era, yearOfEra, year, month, day = 1] = match;
  const before = ERAS.get(era?.slice(0, 1) ?? '');
  const counted = before === undefined ? year : `${before + (yearOfEra === '元' ? 1 : Number(yearOfEra))}`;
  return withYear(counted, { month: Number(month), day: Number(day) }, options);
}

/** The year before the first of the eras by which Japan and Taiwan count, by the first character of the name. */
const ERAS = new Map([
  ['令', 2018],
  ['平', 1988],
  ['民', 1911],
]);

/** A date with the name of a month; of two words that may be one, the later is it, for weekdays come first. */
function wordDate(text: string, options: DateOptions): CalendarDate | undefined {
  const month = (text.match(/\p{L}+/gu) ?? []).map(monthOf).findLast((found) => found !== undefined);
  const numbers = text.match(/\d+/g);
  if (month === undefined || numbers === null) return undefined;
  const year =
    numbers.find((number) => number.length === 4) ?? numbers.slice(1).find((number) => number.length === 2);
  const day = numbers.find((number, index) => number.length <= 2 && (number !== year || index === 0));
  return withYear(year, { month, day: Number(day ?? 1) }, options);
}

/** `30.10.23`, `26/06/2020`, `6/26/2020`, `11 04 2020`: the weekday or the size of the numbers tells the order, else custom does. */
function numericDate(text: string, options: DateOptions): CalendarDate | undefined {
  const match =
    /(?<![\d./-])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?!\d)/.exec(text) ??
    /(?<![\d./-])(\d{1,2})( )(\d{1,2}) (\d{4})(?!\d)/.exec(text);
  if (match === null) return undefined;
  const [first, second] = [Number(match[1]), Number(match[3])];
  const dayFirst = withYear(match[4], { month: second, day: first }, options);
  const monthFirst = withYear(match[4], { month: first, day: second }, options);
  if (dayFirst === undefined || monthFirst === undefined) return dayFirst ?? monthFirst;
  const weekday = WEEKDAYS.indexOf(/[a-z]{3}/.exec(text)?.[0] ?? '');
  if (weekday >= 0) return [dayFirst, monthFirst].find((date) => weekdayOf(date) === weekday) ?? dayFirst;
  // slashes are American more often than not; dots and hyphens never are. Without a year it is month and day
  return match[2] === '/' || match[4] === undefined ? monthFirst : dayFirst;
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function weekdayOf({ year, month, day }: CalendarDate): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/** Without a year it is the latest such day that is not in the future, a day of grace for zones. */
function withYear(
  year: string | undefined,
  date: Omit<CalendarDate, 'year'>,
  { now }: DateOptions,
): CalendarDate | undefined {
  if (year !== undefined) return valid({ ...date, year: fullYear(year) });
  const thisYear = new Date(now).getUTCFullYear();
  const isAhead = Date.UTC(thisYear, date.month - 1, date.day) > now + 86_400_000;
  return valid({ ...date, year: isAhead ? thisYear - 1 : thisYear });
}

/** Two digits are of this century below 50 (RFC 5322, 4.3). */
function fullYear(digits: string): number {
  const year = Number(digits);
  return digits.length > 2 ? year : year < 50 ? year + 2000 : year + 1900;
}

/** The 31st of a shorter month stays, and is the first of the next: whoever wrote it counted on. */
function valid({ year, month, day }: CalendarDate): CalendarDate | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  return { year, month, day };
}

function toInstant(
  date: CalendarDate & Partial<Time>,
  zone: string | number | undefined,
  options: DateOptions,
): number | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = date;
  const local = new Date(Date.UTC(2000, month - 1, day, hour, minute, second, millisecond)).setUTCFullYear(
    year,
  );
  const whole = Date.UTC(year, month - 1, day, hour, minute, second, Math.trunc(millisecond));
  return fromZone(year < 100 ? local : whole, zone, options);
}

function fromZone(local: number, zone: string | number | undefined, { timezone }: DateOptions): number {
  const fallback = timezone === undefined ? local : (instantIn(timezone, local) ?? local);
  if (typeof zone === 'number') return local - zone * 60_000;
  if (zone === undefined) return fallback;
  // `CST` is China's time too: where the source is known to be in that zone, that is what it means
  if (zone === 'cst' && local - fallback === 8 * 3_600_000) return fallback;
  const minutes = zoneMinutes(zone);
  return minutes === undefined ? (instantIn(zone, local) ?? fallback) : local - minutes * 60_000;
}
