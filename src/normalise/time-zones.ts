/**
 * The instant of a local time. `local` is what the clock shows, in milliseconds as if it were UTC; `zone` an IANA name
 * or an offset. Undefined when nobody knows the zone.
 */
export function instantIn(zone: string, local: number): number | undefined {
  const minutes = offsetMinutes(zone);
  if (minutes !== undefined) return local - minutes * 60_000;
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  // the offset at the first guess may be the other side of a clock change
  const guess = local - shift(format, local);
  return local - shift(format, guess);
}

/** `+08:00`, `-0800`, `+8` in minutes; outside what exists (-12 to +14 hours) it is a mistake and counts as UTC. */
export function offsetMinutes(text: string): number | undefined {
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  const signed = match[1] === '-' ? -minutes : minutes;
  return signed < -720 || signed > 840 ? 0 : signed;
}

/** Making a formatter is dear, and a list of sources names few zones. */
const formats = new Map<string, Intl.DateTimeFormat | undefined>();
const MAX_FORMATS = 50;

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(zone)) return formats.get(zone);
  const format = newFormat(zone);
  if (formats.size < MAX_FORMATS) formats.set(zone, format);
  return format;
}

function newFormat(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

/** Milliseconds by which the zone's clock is ahead of UTC at an instant. */
function shift(format: Intl.DateTimeFormat, instant: number): number {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(
    get('year'),
    get('month') - 1,
    get('day'),
    get('hour'),
    get('minute'),
    get('second'),
  );
  return shown - Math.floor(instant / 1000) * 1000;
}
