// Wall-clock time in an IANA zone, through days that are an hour shorter or longer.

/** Minutes since midnight and the day, as a clock on the wall shows them. */
export interface WallTime {
  /** Days since 1970-01-01 of the local calendar. */
  readonly day: number;
  readonly minute: number;
}

const dayMilliseconds = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of the zone are ahead of UTC at that instant, in milliseconds. */
function offsetAt(instant: number, zone: string): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  const second = Math.floor(instant / 1000) * 1000;
  const parts = Object.fromEntries(formatter.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

export function wallTimeAt(instant: number, zone: string): WallTime {
  const local = instant + offsetAt(instant, zone);
  const day = Math.floor(local / dayMilliseconds);
  return { day, minute: Math.floor((local - day * dayMilliseconds) / 60_000) };
}

/**
 * The instant at which the wall shows that time. A time that is shown twice is its `first` or `last` one; a time that is skipped
 * is the instant at which the clocks are put forward.
 */
export function instantOf({ day, minute }: WallTime, zone: string, which: 'first' | 'last'): number {
  const local = day * dayMilliseconds + minute * 60_000;
  const before = offsetAt(local - dayMilliseconds, zone);
  const after = offsetAt(local + dayMilliseconds, zone);
  const candidates = [local - before, local - after].filter((instant) => instant + offsetAt(instant, zone) === local);
  if (candidates.length > 0) return which === 'first' ? Math.min(...candidates) : Math.max(...candidates);
  let low = local - dayMilliseconds - before;
  let high = local + dayMilliseconds - after;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, zone) === before) low = middle;
    else high = middle;
  }
  return Math.ceil(high / 1000) * 1000;
}

/** 0 is Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}
