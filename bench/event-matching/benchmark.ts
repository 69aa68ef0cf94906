// Finding the rules that an event matches among 10, 100 and 1,000, against evaluating each rule in turn.
import { createPatternTest } from '../../local/services/events/pattern/matches-pattern.ts';
import { PatternIndex } from '../../local/services/events/pattern/pattern-index.ts';
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, interleave, median } from '../compare.ts';
import { readPush } from '../read-push.ts';
import { buildRules } from './build-rules.ts';

const peer = 'each rule in turn';
const eventCount = 64;

export const eventMatching: Benchmark = {
  name: 'event-matching',
  async *run({ isQuick }) {
    const milliseconds = isQuick ? 50 : 400;
    const rates = new Map<number, number>();
    for (const count of [10, 100, 1_000]) {
      const rules = buildRules(count);
      const index = new PatternIndex(rules);
      const tests = rules.map(([name, pattern]) => ({ name, test: createPatternTest(pattern) }));
      const inTurn = (event: unknown): string[] => tests.filter(({ test }) => test(event)).map(({ name }) => name);
      const events = buildEvents(count);
      for (const event of events) {
        const [found, expected] = [index.find(event).sort(), inTurn(event).sort()];
        if (found.join() !== expected.join()) throw new Error(`the index found ${found}, one by one ${expected}`);
      }
      const results = await interleave(5, {
        ours: async () => measureRate(events, milliseconds, (event) => index.find(event)),
        peer: async () => measureRate(events, milliseconds, inTurn),
      });
      rates.set(count, median(results.ours));
      const aim = count === 100 ? '>= 10 x each in turn' : count === 10 ? '-' : '>= 0.5 x the rate at 10 rules';
      const tenfold = (rates.get(count) ?? 0) / (rates.get(10) ?? Number.NaN);
      yield buildFigure({
        name: `event-matching ${count} rules`,
        value: median(results.ours),
        unit: 'events/s',
        peer,
        peerValue: median(results.peer),
        aim,
        isMet: (ratio) => (count === 100 ? ratio >= 10 : count === 10 ? undefined : tenfold >= 0.5),
        ...(count === 1_000 ? { note: `${tenfold.toFixed(2)} x the rate at 10 rules` } : {}),
      });
    }
  },
};

/** Pushes of 6.9 kB to repositories that have rules, and to some that have none. */
function buildEvents(ruleCount: number): object[] {
  const push = readPush();
  const repository = push.repository as object;
  return Array.from({ length: eventCount }, (_, index) => {
    const number = Math.floor((index * 1.25 * ruleCount) / 4 / eventCount);
    return {
      version: '0',
      source: 'github.com',
      'detail-type': 'push',
      detail: {
        ...push,
        ref: index % 3 === 0 ? 'refs/tags/v1' : 'refs/heads/develop',
        repository: { ...repository, full_name: `example/service-${number}` },
      },
    };
  });
}

function measureRate(events: readonly object[], milliseconds: number, match: (event: object) => unknown[]): number {
  let matched = 0;
  let looked = 0;
  const startedAt = performance.now();
  for (;;) {
    for (const event of events) matched += match(event).length;
    looked += events.length;
    const elapsed = performance.now() - startedAt;
    if (elapsed < milliseconds) continue;
    if (matched === 0) throw new Error('no event matched any rule');
    return (looked / elapsed) * 1000;
  }
}
