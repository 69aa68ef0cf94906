// How the bench makes figures of rounds.
import { describe, expect, it } from '@jest/globals';
import { buildFigure, interleave, median, percentile } from '../../bench/compare.ts';

describe('the figures of the bench', () => {
  it('are the median of their rounds, whatever the order and one outlier', () => {
    expect(median([9, 1, 1_000, 2, 3])).toBe(3);
    expect(() => median([])).toThrow('got no values');
  });

  it('take the 99th percentile from the slow end', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(percentile(values, 0.99)).toBe(199);
    expect(percentile(values, 0.5)).toBe(101);
  });

  it('come from rounds in which both take turns at going first', async () => {
    const order: string[] = [];
    const run = (name: string) => async () => order.push(name);
    const results = await interleave(3, { ours: run('ours'), peer: run('peer') });
    expect(order).toEqual(['ours', 'peer', 'peer', 'ours', 'ours', 'peer']);
    expect(results.ours).toHaveLength(3);
  });

  it('say the ratio, and judge the exact value rather than the rounded one', () => {
    const figure = buildFigure({
      name: 'webhook-end-to-end',
      value: 1_330.4,
      unit: 'deliveries/s',
      peer: 'another',
      peerValue: 2_661,
      aim: '>= 0.5 x',
      isMet: (ratio) => ratio >= 0.5,
    });
    expect(figure).toMatchObject({ value: 1_330, peerValue: 2_661, ratio: 0.5, met: false });
  });

  it('do not claim anything about a peer that could not be had', () => {
    const figure = buildFigure({
      name: 'asl-transitions',
      value: 49_000,
      unit: 'transitions/s',
      peer: 'another',
      peerValue: undefined,
      aim: '>= 1 x',
      isMet: (ratio) => ratio >= 1,
    });
    expect(figure).toMatchObject({ value: 49_000, peer: 'another', peerValue: null, ratio: null, met: null });
  });

  it('judge an aim of our own without any peer', () => {
    const figure = buildFigure({ name: 'start-ready', value: 6.47, unit: 's', aim: '< 10 s', isMet: () => true });
    expect(figure).toMatchObject({ peer: null, ratio: null, met: true });
  });
});
