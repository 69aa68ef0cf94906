// When a schedule is due next: cron(…) and rate(…) as EventBridge Scheduler reads them.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
import { Cron } from 'croner';

export interface JobSchedule {
  readonly expression: string;
  /** IANA name. */
  readonly timeZone: string;
}

const periods: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
/** Clocks are set back by an hour, on Lord Howe Island by half of one. */
const setBacks = [3_600_000, 1_800_000];

/** The first time after `after`, in epoch milliseconds; undefined when there is none any more. A rate counts from `after`. */
export function findNextSlot({ expression, timeZone }: JobSchedule, after: number): number | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate !== null) return after + Number(rate[1]) * (periods[String(rate[2])] ?? 0);
  const cron = parseCron(expression, timeZone);
  let slot = cron.nextRun(new Date(after));
  // A local time that daylight saving skips does not happen; one that it repeats happens once.
  while (slot !== null && (!cron.match(slot) || isRepeated(slot.getTime(), timeZone))) slot = cron.nextRun(slot);
  return slot?.getTime();
}

function parseCron(expression: string, timezone: string): Cron {
  const [minutes, hours, dayOfMonth, month, dayOfWeek = '', year] = expression.slice('cron('.length, -1).split(' ');
  const days = dayOfWeek.split(',').map(unrollWeekdays).join(',');
  return new Cron(`0 ${minutes} ${hours} ${dayOfMonth} ${month} ${days} ${year}`, {
    timezone,
    mode: '7-part',
    alternativeWeekdays: true,
    sloppyRanges: true,
  });
}

/** `FRI-MON` goes around the end of the week and `L` is Saturday: croner knows neither. */
function unrollWeekdays(part: string): string {
  if (/^L$/i.test(part)) return '7';
  const range = /^(\w+)-(\w+)$/.exec(part);
  if (range === null) return part;
  const [from, to] = [range[1], range[2]].map((day) => numberOf(String(day))) as [number, number];
  if (from <= to) return part;
  return Array.from({ length: to + 8 - from }, (_, offset) => ((from + offset - 1) % 7) + 1).join(',');
}

function numberOf(day: string): number {
  return /^\d$/.test(day) ? Number(day) : weekdays.indexOf(day.toUpperCase()) + 1;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one takes far longer than using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, format);
  return format;
}

function isRepeated(at: number, timeZone: string): boolean {
  if (timeZone === 'UTC') return false;
  const format = formatOf(timeZone);
  return setBacks.some((shift) => format.format(at - shift) === format.format(at));
}
