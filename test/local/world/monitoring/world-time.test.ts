// The machine's time and the world's: local/world/monitoring/world-time.ts.
import { describe, expect, it } from '@jest/globals';
import { measureMachineTime, toWorldTime } from '../../../../local/world/monitoring/world-time.ts';

describe('the time of an alert', () => {
  const marks = [
    { since: 0, offset: 1_000 },
    { since: Date.parse('2026-11-26T10:00:00Z'), offset: 3_600_000 },
  ];

  it.each([
    ['2026-11-26T09:59:59.000Z', '2026-11-26T10:00:00.000Z'],
    ['2026-11-26T10:00:00.000Z', '2026-11-26T11:00:00.000Z'],
    ['2026-11-26T10:00:05.250Z', '2026-11-26T11:00:05.250Z'],
    // Go's zero time: it has not ended.
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ])('%s is %s in the world, by the offset that held then', (time, expected) => {
    expect(toWorldTime(time, marks)).toBe(expected);
  });
});

describe('the last minute of the world', () => {
  const marks = (...steps: [since: number, offset: number][]) => steps.map(([since, offset]) => ({ since, offset }));
  const first = [0, 0] as [number, number];

  it.each<[string, [number, number][], number]>([
    ['a minute of the machine where nothing was skipped', [first], 60_000],
    [
      'a tenth of it where each second nine more were skipped',
      [
        first,
        ...Array.from({ length: 10 }, (_, step): [number, number] => [990_000 + step * 1_000, (step + 1) * 9_000]),
      ],
      6_000,
    ],
    ['what passed since a skip that was longer', [first, [980_000, 3_600_000]], 20_000],
    ['what passed in the parts before and after a skip that was shorter', [first, [980_000, 10_000]], 50_000],
  ])('is %s', (_, steps, expected) => {
    expect(measureMachineTime(60_000, marks(...steps), 1_000_000)).toBe(expected);
  });
});
