// When a schedule fires: cron(…), rate(…) and at(…) as EventBridge rules and EventBridge Scheduler read them.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
import { Cron } from 'croner';

export interface ScheduleExpression {
  readonly kind: 'cron' | 'rate' | 'at';
  /**
   * The first time after `after`, undefined when there is none any more. `anchor` is where a rate counts from.
   * All times are milliseconds since the epoch.
   */
  next(after: number, anchor: number): number | undefined;
}

/** The text is no schedule expression; the message says what is wrong with it. */
export class InvalidScheduleExpression extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidScheduleExpression';
  }
}

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const FIELD_NAMES = ['minutes', 'hours', 'day-of-month', 'month', 'day-of-week', 'year'];
const LAST_YEAR = 2199;
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function parseRate(text: string, body: string): ScheduleExpression {
  const match = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(body);
  const count = Number(match?.[1]);
  if (!match || (count === 1) !== (match[3] === '')) {
    throw new InvalidScheduleExpression(
      `"${text}" is no rate: expected rate(<positive number> minutes|hours|days), singular for 1`,
    );
  }
  const period = count * (UNIT_MILLISECONDS[match[2] ?? ''] ?? 0);
  return {
    kind: 'rate',
    next: (after, anchor) => anchor + (Math.floor(Math.max(0, after - anchor) / period) + 1) * period,
  };
}

function parseAt(text: string, body: string, timezone: string): ScheduleExpression {
  const [date, time] = body.split('T');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) || !date || !time || Number.isNaN(Date.parse(`${body}Z`))) {
    throw new InvalidScheduleExpression(`"${text}" is no point in time: expected at(yyyy-mm-ddThh:mm:ss)`);
  }
  const moment = new Cron(body, { timezone }).nextRun(new Date(0))?.getTime();
  return { kind: 'at', next: (after) => (moment !== undefined && moment > after ? moment : undefined) };
}

/** `FRI-MON` goes around the end of the week, which croner does not: it is spelt out. */
function spellOutWeekdays(field: string): string {
  return field
    .split(',')
    .map((part) => {
      const [from = '', to] = part.toUpperCase().split('-');
      const number = (day: string) => (/^\d$/.test(day) ? Number(day) : WEEKDAYS.indexOf(day) + 1);
      if (to === undefined || /[#/L]/.test(part) || number(from) <= number(to)) return part;
      const length = number(to) + 7 - number(from) + 1;
      return Array.from({ length }, (_, offset) => ((number(from) + offset - 1) % 7) + 1).join(',');
    })
    .join(',')
    .replace(/^L$/i, '7');
}

function parseCron(text: string, body: string, timezone: string): ScheduleExpression {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== FIELD_NAMES.length) {
    throw new InvalidScheduleExpression(`"${text}" has ${fields.length} fields: expected ${FIELD_NAMES.join(' ')}`);
  }
  const [minutes, hours, dayOfMonth = '', month, dayOfWeek = '', year = ''] = fields;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new InvalidScheduleExpression(`"${text}" must have "?" in exactly one of day-of-month and day-of-week`);
  }
  if (fields.some((field, index) => field.includes('?') && (field !== '?' || (index !== 2 && index !== 4)))) {
    throw new InvalidScheduleExpression(`"${text}" has a "?" where only day-of-month or day-of-week may have one`);
  }
  if (fields.some((field, index) => /[LW#]/i.test(field) && !isSpecialAllowed(field, index))) {
    throw new InvalidScheduleExpression(`"${text}" has L, W or # where none may stand`);
  }
  if (/(^|[,-])[089]/.test(dayOfWeek)) {
    throw new InvalidScheduleExpression(`"${text}" has a day-of-week beyond 1 (Sunday) to 7 (Saturday)`);
  }
  let cron: Cron;
  try {
    const weekdays = spellOutWeekdays(dayOfWeek);
    cron = new Cron(`0 ${minutes} ${hours} ${dayOfMonth} ${month} ${weekdays} ${year}`, {
      timezone,
      mode: '7-part',
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
  } catch (error) {
    throw new InvalidScheduleExpression(`"${text}" is no cron expression: ${(error as Error).message}`);
  }
  return { kind: 'cron', next: (after) => findNextRun(cron, after, timezone) };
}

/** Month and weekday names hold the letters L and W too. */
function isSpecialAllowed(field: string, index: number): boolean {
  if (index === 2) return /^(L|LW|\d{1,2}W)$/i.test(field);
  return index === 3 || index === 4;
}

/** A local time that daylight saving skips does not happen, and one that it repeats happens once: as AWS documents it. */
function findNextRun(cron: Cron, after: number, timezone: string): number | undefined {
  let run = cron.nextRun(new Date(after));
  while (run && (!cron.match(run) || isRepeated(run.getTime(), timezone))) run = cron.nextRun(run);
  return run && run.getUTCFullYear() <= LAST_YEAR ? run.getTime() : undefined;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatLocalTime(at: number, timezone: string): string {
  let formatter = formatters.get(timezone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
    formatters.set(timezone, formatter);
  }
  return formatter.format(at);
}

/** Whether clocks there have shown this time before: they go back by an hour, or by half of one on Lord Howe Island. */
function isRepeated(at: number, timezone: string): boolean {
  if (timezone === 'UTC') return false;
  const localTime = formatLocalTime(at, timezone);
  return [3_600_000, 1_800_000].some((shift) => formatLocalTime(at - shift, timezone) === localTime);
}

/** Parses a schedule expression; `timezone` is an IANA name. Throws InvalidScheduleExpression. */
export function parseScheduleExpression(text: string, timezone = 'UTC'): ScheduleExpression {
  const match = /^(cron|rate|at)\((.*)\)$/.exec(text);
  const body = match?.[2] ?? '';
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new InvalidScheduleExpression(`"${timezone}" is no time zone: expected a name such as Europe/Berlin`);
  }
  switch (match?.[1]) {
    case 'cron':
      return parseCron(text, body, timezone);
    case 'rate':
      return parseRate(text, body);
    case 'at':
      return parseAt(text, body, timezone);
    default:
      throw new InvalidScheduleExpression(`"${text}" is no schedule: expected cron(…), rate(…) or at(…)`);
  }
}
