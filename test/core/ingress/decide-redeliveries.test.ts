// Tests of core/ingress/decide-redeliveries.ts.
import { describe, expect, it } from '@jest/globals';
import { type DeliveryAttempt, decideRedeliveries } from '../../../core/ingress/decide-redeliveries.ts';

const now = Date.parse('2026-11-23T20:00:00Z');
let id = 0;
const attempt = (guid: string, statusCode: number, minutesAgo = 10): DeliveryAttempt => {
  id += 1;
  return { id, guid, statusCode, deliveredAt: new Date(now - minutesAgo * 60_000).toISOString() };
};
const guidsOf = (attempts: readonly DeliveryAttempt[]) =>
  decideRedeliveries(attempts, now).redeliver.map(({ guid }) => guid);

describe('decideRedeliveries', () => {
  it('asks again for what never arrived, oldest first', () => {
    expect(guidsOf([attempt('b', 502, 5), attempt('a', 0, 50)])).toEqual(['a', 'b']);
  });

  it('leaves alone what arrived at some time', () => {
    expect(guidsOf([attempt('a', 502, 50), attempt('a', 202, 40)])).toEqual([]);
  });

  it.each([400, 409, 413])('leaves alone what was answered with %s: it would be again', (status) => {
    expect(guidsOf([attempt('a', status)])).toEqual([]);
  });

  it('asks again after 401, for a wrong secret may have been ours', () => {
    expect(guidsOf([attempt('a', 401)])).toEqual(['a']);
  });

  it('leaves alone what GitHub would not send any more', () => {
    expect(guidsOf([attempt('a', 502, 3 * 24 * 60 + 1)])).toEqual([]);
  });

  it('gives up what failed again and again, and says so', () => {
    const attempts = Array.from({ length: 8 }, (_, index) => attempt('a', 502, index + 1));
    expect(decideRedeliveries(attempts, now)).toEqual({ redeliver: [], givenUp: ['a'] });
  });

  it('repeats the latest attempt of several', () => {
    const latest = attempt('a', 500, 1);
    expect(decideRedeliveries([attempt('a', 502, 9), latest], now).redeliver).toEqual([latest]);
  });

  it('asks for so many at a time', () => {
    const attempts = Array.from({ length: 250 }, (_, index) => attempt(`g${index}`, 0));
    expect(guidsOf(attempts)).toHaveLength(100);
  });
});
