// Freezes through the days on which clocks are changed: core/gates/find-freeze.ts and zoned-time.ts.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FreezeWindow, findFreeze } from '../../../core/gates/find-freeze.ts';
import { instantOf, wallTimeAt, weekdayOf } from '../../../core/gates/zoned-time.ts';

const minute = 60_000;
const day = 86_400_000;
const scope = { environment: 'prod', services: ['api-gateway'] };
const everyDay = [0, 1, 2, 3, 4, 5, 6];
const recurring = (
  timeZone: string,
  from: number,
  to: number,
  weekdays: readonly number[] = everyDay,
): FreezeWindow => ({ name: 'window', reason: 'r', when: { kind: 'recurring', weekdays, from, to, timeZone } });
const at = (time: string) => Date.parse(time);
const hours = (count: number, minutes = 0) => count * 60 + minutes;
const endAt = (window: FreezeWindow, time: string) => {
  const freeze = findFreeze([window], scope, at(time));
  return freeze?.opensAt === undefined ? freeze : new Date(freeze.opensAt).toISOString();
};

describe('wall-clock time', () => {
  it('is the instant that a clock shows, or where it is put forward', () => {
    const [spring, autumn] = ['2026-03-29', '2026-10-25'].map((date) => at(`${date}T00:00:00Z`) / day);
    const berlin = (of: number | undefined, time: number, which: 'first' | 'last') =>
      new Date(instantOf({ day: of ?? 0, minute: time }, 'Europe/Berlin', which)).toISOString();
    expect(berlin(spring, hours(1, 59), 'first')).toBe('2026-03-29T00:59:00.000Z');
    expect(berlin(spring, hours(2, 30), 'first')).toBe('2026-03-29T01:00:00.000Z');
    expect(berlin(spring, hours(2, 30), 'last')).toBe('2026-03-29T01:00:00.000Z');
    expect(berlin(autumn, hours(2, 30), 'first')).toBe('2026-10-25T00:30:00.000Z');
    expect(berlin(autumn, hours(2, 30), 'last')).toBe('2026-10-25T01:30:00.000Z');
  });

  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Sao_Paulo',
    'Pacific/Apia',
    'UTC',
  ];
  it('comes back as it was, for every time that is shown', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2011-01-01T00:00:00Z') / minute, max: at('2030-01-01T00:00:00Z') / minute }),
        fc.constantFrom('first', 'last'),
        (zone, minutes, which) => {
          const instant = minutes * minute;
          const shown = wallTimeAt(instant, zone);
          const found = instantOf(shown, zone, which as 'first' | 'last');
          expect(wallTimeAt(found, zone)).toEqual(shown);
          expect(which === 'first' ? found <= instant : found >= instant).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a recurring freeze', () => {
  it('begins and ends when the clock on the wall says so, in summer and in winter', () => {
    const window = recurring('Europe/Berlin', hours(18), hours(20));
    expect(endAt(window, '2026-07-01T16:00:00Z')).toBe('2026-07-01T18:00:00.000Z');
    expect(endAt(window, '2026-07-01T15:59:59Z')).toBeUndefined();
    expect(endAt(window, '2026-12-01T17:00:00Z')).toBe('2026-12-01T19:00:00.000Z');
  });

  it('over midnight belongs to the day on which it begins', () => {
    const friday = recurring('Europe/Berlin', hours(18), hours(8), [5]);
    expect(endAt(friday, '2026-11-27T17:00:00Z')).toBe('2026-11-28T07:00:00.000Z');
    expect(endAt(friday, '2026-11-28T06:59:00Z')).toBe('2026-11-28T07:00:00.000Z');
    expect(endAt(friday, '2026-11-27T06:00:00Z')).toBeUndefined();
  });

  it('lasts an hour less or more over a night on which clocks are changed', () => {
    const night = recurring('Europe/Berlin', hours(22), hours(6));
    expect(endAt(night, '2026-03-28T21:00:00Z')).toBe('2026-03-29T04:00:00.000Z');
    expect(endAt(night, '2026-10-24T20:00:00Z')).toBe('2026-10-25T05:00:00.000Z');
  });

  it('within an hour that is skipped does not happen; within one that comes twice it holds until its second end', () => {
    const window = recurring('Europe/Berlin', hours(2), hours(3));
    expect(endAt(window, '2026-03-29T00:59:59Z')).toBeUndefined();
    expect(endAt(window, '2026-03-29T01:00:00Z')).toBeUndefined();
    expect(endAt(window, '2026-10-25T00:00:00Z')).toBe('2026-10-25T02:00:00.000Z');
    expect(endAt(window, '2026-10-25T01:30:00Z')).toBe('2026-10-25T02:00:00.000Z');
  });

  it('that follows on another one opens when the last of them ends, and one without end never', () => {
    const windows = [recurring('UTC', hours(18), hours(24), [5]), recurring('UTC', 0, hours(24), [6, 0])];
    expect(findFreeze(windows, scope, at('2026-11-27T18:00:00Z'))?.opensAt).toBe(at('2026-11-30T00:00:00Z'));
    const always = findFreeze([recurring('UTC', 0, hours(24))], scope, at('2026-11-27T18:00:00Z'));
    expect(always).toBeDefined();
    expect(always?.opensAt).toBeUndefined();
  });

  it('holds at every minute that its wall time says, opens at the first that no window holds, whatever the zone and the season', () => {
    const changes = [
      '2026-03-29T01:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-03-08T07:00:00Z',
      '2026-11-01T06:00:00Z',
      '2026-04-04T15:00:00Z',
    ];
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
    const time = fc.integer({ min: 0, max: 1_439 });
    fc.assert(
      fc.property(
        zone,
        time,
        time,
        fc.subarray(everyDay, { minLength: 1 }),
        fc.constantFrom(...changes),
        fc.integer({ min: -2 * 1440, max: 2 * 1440 }),
        (timeZone, from, to, weekdays, change, offset) => {
          const window = recurring(timeZone, from, to, weekdays);
          const instant = at(change) + offset * minute;
          const freeze = findFreeze([window], scope, instant);
          // The judge looks at the wall alone: within the window by its day and time.
          const { day: today, minute: shown } = wallTimeAt(instant, timeZone);
          const isOn = (of: number) => weekdays.includes(weekdayOf(of));
          const byTheWall =
            from < to
              ? isOn(today) && shown >= from && shown < to
              : (isOn(today) && shown >= from) || (isOn(today - 1) && shown < to);
          if (byTheWall) expect(freeze).toBeDefined();
          if (freeze === undefined) return;
          if (freeze.opensAt === undefined) return;
          expect(freeze.opensAt).toBeGreaterThan(instant);
          expect(findFreeze([window], scope, freeze.opensAt)).toBeUndefined();
          expect(findFreeze([window], scope, freeze.opensAt - 1000)).toBeDefined();
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('the scope of a freeze', () => {
  const once: FreezeWindow = {
    name: 'audit',
    reason: 'r',
    when: { kind: 'once', from: at('2026-11-23T10:00:00Z'), to: at('2026-11-23T12:00:00Z') },
  };
  it.each([
    [{}, true],
    [{ environments: ['prod'] }, true],
    [{ environments: ['dev', 'staging'] }, false],
    [{ services: ['frontend', 'api-gateway'] }, true],
    [{ services: ['frontend'] }, false],
    [{ environments: ['prod'], services: ['frontend'] }, false],
  ])('%j holds up api-gateway in prod: %s', (limits, holds) => {
    expect(findFreeze([{ ...once, ...limits }], scope, at('2026-11-23T11:00:00Z')) !== undefined).toBe(holds);
    expect(findFreeze([{ ...once, ...limits }], scope, at('2026-11-23T12:00:00Z'))).toBeUndefined();
  });
});
