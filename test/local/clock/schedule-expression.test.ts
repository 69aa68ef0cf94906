import { describe, expect, it } from '@jest/globals';
import { parseScheduleExpression } from '../../../local/clock/schedule-expression.ts';

function listRuns(text: string, from: string, count: number, timezone?: string): string[] {
  const expression = parseScheduleExpression(text, timezone);
  const runs: string[] = [];
  let after: number | undefined = Date.parse(from);
  const anchor = after;
  while (runs.length < count) {
    after = expression.next(after, anchor);
    if (after === undefined) break;
    runs.push(new Date(after).toISOString().slice(0, 16));
  }
  return runs;
}

describe('a schedule expression', () => {
  // The examples of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
  it.each([
    ['cron(0 10 * * ? *)', ['2026-01-01T10:00', '2026-01-02T10:00', '2026-01-03T10:00']],
    ['cron(15 12 * * ? *)', ['2026-01-01T12:15', '2026-01-02T12:15', '2026-01-03T12:15']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-01-01T18:00', '2026-01-02T18:00', '2026-01-05T18:00']],
    ['cron(0 8 1 * ? *)', ['2026-01-01T08:00', '2026-02-01T08:00', '2026-03-01T08:00']],
    ['cron(0/15 * * * ? *)', ['2026-01-01T00:15', '2026-01-01T00:30', '2026-01-01T00:45']],
    ['cron(0/10 * ? * MON-FRI *)', ['2026-01-01T00:10', '2026-01-01T00:20', '2026-01-01T00:30']],
    ['cron(0/5 8-17 ? * MON-FRI *)', ['2026-01-01T08:00', '2026-01-01T08:05', '2026-01-01T08:10']],
    ['cron(0/30 20-23,0-2 ? * MON-FRI *)', ['2026-01-01T00:30', '2026-01-01T01:00', '2026-01-01T01:30']],
    ['cron(0 9 ? * 2#1 *)', ['2026-01-05T09:00', '2026-02-02T09:00', '2026-03-02T09:00']],
    ['cron(0 0 ? * FRI#2 *)', ['2026-01-09T00:00', '2026-02-13T00:00', '2026-03-13T00:00']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-31T00:00']],
    ['cron(0 0 15W * ? *)', ['2026-01-15T00:00', '2026-02-16T00:00', '2026-03-16T00:00']],
    ['cron(0 0 LW * ? *)', ['2026-01-30T00:00', '2026-02-27T00:00', '2026-03-31T00:00']],
    ['cron(15 10 ? * 6L 2026-2027)', ['2026-01-30T10:15', '2026-02-27T10:15', '2026-03-27T10:15']],
    ['cron(0 0 ? * L *)', ['2026-01-03T00:00', '2026-01-10T00:00', '2026-01-17T00:00']],
    ['cron(0 0 ? * FRI-MON *)', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
    ['cron(0 0 ? JUL WED *)', ['2026-07-01T00:00', '2026-07-08T00:00', '2026-07-15T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['cron(0 0 31 2 ? *)', []],
    ['cron(0 0 * * ? 2025)', []],
    ['rate(5 minutes)', ['2026-01-01T00:05', '2026-01-01T00:10', '2026-01-01T00:15']],
    ['rate(1 hour)', ['2026-01-01T01:00', '2026-01-01T02:00', '2026-01-01T03:00']],
    ['rate(7 days)', ['2026-01-08T00:00', '2026-01-15T00:00', '2026-01-22T00:00']],
    ['at(2026-11-20T13:00:00)', ['2026-11-20T13:00']],
    ['at(2025-11-20T13:00:00)', []],
  ])('%s fires when AWS says', (text, runs) => {
    expect(listRuns(text, '2026-01-01T00:00:00Z', 3)).toEqual(runs);
  });

  it('follows the time zone', () => {
    expect(listRuns('cron(0 2 * * ? *)', '2026-07-01T00:00:00Z', 1, 'Europe/Berlin')).toEqual(['2026-07-02T00:00']);
    expect(listRuns('at(2026-11-20T13:00:00)', '2026-01-01T00:00:00Z', 1, 'Europe/Berlin')).toEqual([
      '2026-11-20T12:00',
    ]);
  });

  it('skips a local time that does not exist', () => {
    expect(listRuns('cron(30 2 * * ? *)', '2026-03-07T00:00:00Z', 3, 'America/New_York')).toEqual([
      '2026-03-07T07:30',
      '2026-03-09T06:30',
      '2026-03-10T06:30',
    ]);
  });

  it('runs once at a local time that comes twice', () => {
    expect(listRuns('cron(0/30 1 * * ? *)', '2026-11-01T03:00:00Z', 4, 'America/New_York')).toEqual([
      '2026-11-01T05:00',
      '2026-11-01T05:30',
      '2026-11-02T06:00',
      '2026-11-02T06:30',
    ]);
  });

  it.each([
    ['cron(0 0 1 1 1 *)', '"?" in exactly one'],
    ['cron(0 0 ? * ? *)', '"?" in exactly one'],
    ['cron(? 0 * * ? *)', '"?" where only'],
    ['cron(60 0 * * ? *)', 'no cron expression'],
    ['cron(0 10 * * *)', 'has 5 fields'],
    ['cron(L 0 * * ? *)', 'L, W or #'],
    ['cron(0 0 ? * 8 *)', 'day-of-week beyond'],
    ['rate(1 hours)', 'singular for 1'],
    ['rate(5 minute)', 'singular for 1'],
    ['rate(0 minutes)', 'no rate'],
    ['at(2026-13-01T00:00:00)', 'no point in time'],
    ['hourly', 'expected cron(…), rate(…) or at(…)'],
  ])('%s is refused with the reason', (text, reason) => {
    expect(() => parseScheduleExpression(text)).toThrow(reason);
  });

  it('refuses a time zone that does not exist', () => {
    expect(() => parseScheduleExpression('cron(0 0 * * ? *)', 'Mars/Base')).toThrow('"Mars/Base" is no time zone');
  });
});
