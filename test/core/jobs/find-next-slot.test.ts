// The watchdog's idea of a schedule against the scheduler's own: both were written apart from each other.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findNextSlot } from '../../../core/jobs/find-next-slot.ts';
import { parseScheduleExpression } from '../../../local/clock/schedule-expression.ts';

const next = (expression: string, after: string, timeZone = 'UTC'): string | undefined => {
  const slot = findNextSlot({ expression, timeZone }, Date.parse(after));
  return slot === undefined ? undefined : new Date(slot).toISOString().slice(0, 16);
};

const number = (minimum: number, maximum: number) => fc.integer({ min: minimum, max: maximum }).map(String);
const day = fc.constantFrom('SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT');
const cron = fc
  .tuple(
    fc.oneof(number(0, 59), fc.constantFrom('0/15', '*/20', '0,30')),
    fc.oneof(number(0, 23), fc.constantFrom('*', '1-3', '0/6')),
    fc.oneof(
      fc.tuple(fc.oneof(number(1, 28), fc.constantFrom('*', 'L', '15W', '29', '31')), fc.constant('?')),
      fc.tuple(
        fc.constant('?'),
        fc.oneof(
          day,
          fc.tuple(day, day).map(([from, to]) => `${from}-${to}`),
          fc.constantFrom('L', '6L', '2#1', 'MON-FRI', 'FRI-MON', '*'),
        ),
      ),
    ),
    fc.oneof(number(1, 12), fc.constantFrom('*', 'JAN-MAR', '2')),
  )
  .map(
    ([minute, hour, [dayOfMonth, dayOfWeek], month]) => `cron(${minute} ${hour} ${dayOfMonth} ${month} ${dayOfWeek} *)`,
  );
const timeZone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');

describe('the next slot', () => {
  it('is when the scheduler fires, for any schedule, in any zone', () => {
    const start = fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2029-01-01T00:00:00Z') });
    fc.assert(
      fc.property(cron, timeZone, start, (expression, zone, after) => {
        const expected = parseScheduleExpression(expression, zone).next(after, after);
        expect(findNextSlot({ expression, timeZone: zone }, after)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves out a local time that daylight saving skips, and takes a repeated one once', () => {
    expect(next('cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30');
    expect(next('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30');
    expect(next('cron(30 2 * * ? *)', '2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-26T01:30');
  });

  it('knows leap days', () => {
    expect(next('cron(0 3 29 2 ? *)', '2026-03-01T00:00:00Z')).toBe('2028-02-29T03:00');
    expect(next('cron(0 3 * * ? *)', '2028-02-28T12:00:00Z')).toBe('2028-02-29T03:00');
  });

  it('is none when the schedule is over', () => {
    expect(next('cron(0 3 * * ? 2025)', '2026-01-01T00:00:00Z')).toBeUndefined();
  });

  it('counts a rate from the last success', () => {
    expect(next('rate(10 minutes)', '2026-01-01T00:03:00Z')).toBe('2026-01-01T00:13');
    expect(next('rate(1 hour)', '2026-01-01T00:03:00Z')).toBe('2026-01-01T01:03');
  });
});
