/** A moment as the clocks of a zone show it. */
export interface ZonedTime {
  /** `2021-10-18` */
  day: string;
  /** `14:56:51` */
  time: string;
  /** `+08:00`, or `Z` in UTC. */
  offset: string;
}

/** @param time milliseconds since 1970 @param zone e.g. `Asia/Shanghai` or `+08:00` */
export function toZonedTime(time: number, zone: string): ZonedTime {
  const parts = new Map(
    formatFor(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  const offset = /[+-]\d\d:\d\d/.exec(parts.get('timeZoneName') ?? '')?.[0] ?? '+00:00';
  return {
    day: `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`,
    time: `${parts.get('hour')}:${parts.get('minute')}:${parts.get('second')}`,
    offset: offset === '+00:00' ? 'Z' : offset,
  };
}

/** Whether a program that knows the IANA zones knows this one. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Making one costs more than using it a hundred times; a run uses one zone. */
let kept: { zone: string; format: Intl.DateTimeFormat } | undefined;

function formatFor(zone: string): Intl.DateTimeFormat {
  if (kept?.zone !== zone) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    });
    kept = { zone, format };
  }
  return kept.format;
}
