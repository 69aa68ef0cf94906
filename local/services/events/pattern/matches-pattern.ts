// Whether one event matches one pattern, by itself: what TestEventPattern answers and the index is measured against.
import { EventValues, PathTree } from './event-values.ts';
import { matchesAlternative, type SlottedTest } from './match-alternative.ts';
import type { EventPattern } from './parse-pattern.ts';

export type PatternTest = (event: unknown) => boolean;

/** Prepares a pattern for being tested against many events, one at a time. */
export function createPatternTest(pattern: EventPattern): PatternTest {
  const tree = new PathTree();
  let slots = 0;
  const alternatives = pattern.alternatives.map((alternative) =>
    alternative.map(({ path, matchers }): SlottedTest => {
      const node = tree.add(path);
      if (node.slot < 0) node.slot = slots++;
      return { slot: node.slot, matchers };
    }),
  );
  return (event) => {
    const values = new EventValues(tree, event);
    return alternatives.some((tests) => matchesAlternative(tests, values));
  };
}
