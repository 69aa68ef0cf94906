// Finds all patterns that an event matches without evaluating each: every alternative is filed under its most telling
// field, and only the alternatives found there are tested in full.
import { EventValues, PathTree } from './event-values.ts';
import { matchesAlternative, type SlottedTest } from './match-alternative.ts';
import type { Matcher } from './matcher.ts';
import type { Alternative, EventPattern } from './parse-pattern.ts';
import { ValueIndex } from './value-index.ts';

interface Filed<Key> {
  readonly key: Key;
  readonly tests: readonly SlottedTest[];
  /** Number of the last search that looked at it. */
  seenIn: number;
}

/** How many events a matcher lets through, by its nature: literals tell most, exclusions least. */
const BREADTH: Readonly<Record<Matcher['kind'], number>> = {
  equals: 1,
  'equals-ignore-case': 1,
  prefix: 4,
  suffix: 4,
  wildcard: 6,
  numeric: 8,
  cidr: 50,
  'anything-but': 1_000,
  exists: 1_000,
};

function describeMatcher(matcher: Matcher): string {
  return JSON.stringify(matcher, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Set ? [...value] : value;
  });
}

export class PatternIndex<Key> {
  readonly #tree = new PathTree();
  readonly #indexes: ValueIndex<Filed<Key>>[] = [];
  /** Paths at which some pattern may want nothing to be. */
  readonly #slotsWithAbsence: number[];
  /** Alternatives without any field: they match every event. */
  readonly #always: Key[] = [];
  #search = 0;

  constructor(patterns: Iterable<readonly [Key, EventPattern]>) {
    const all: { key: Key; alternative: Alternative; names: string[][] }[] = [];
    const popularity = new Map<string, number>();
    for (const [key, pattern] of patterns) {
      for (const alternative of pattern.alternatives) {
        const names = alternative.map(({ path, matchers }) =>
          matchers.map((matcher) => `${path.join('\0')}\0${describeMatcher(matcher)}`),
        );
        for (const name of names.flat()) popularity.set(name, (popularity.get(name) ?? 0) + 1);
        all.push({ key, alternative, names });
      }
    }
    for (const { key, alternative, names } of all) this.#file(key, alternative, names, popularity);
    this.#slotsWithAbsence = [...this.#indexes.keys()].filter((slot) => this.#indexes[slot]?.absent.length);
  }

  /** The keys of the patterns that match, each once, in no particular order. */
  find(event: unknown): Key[] {
    const found = new Set<Key>(this.#always);
    const values = new EventValues(this.#tree, event);
    this.#search += 1;
    const consider = (filed: Filed<Key>) => {
      if (filed.seenIn === this.#search) return;
      filed.seenIn = this.#search;
      if (!found.has(filed.key) && matchesAlternative(filed.tests, values)) found.add(filed.key);
    };
    for (const slot of values.slots) {
      const index = this.#indexes[slot];
      if (index) for (const { value } of values.get(slot)) index.visit(value, consider);
    }
    for (const slot of this.#slotsWithAbsence) {
      if (values.get(slot).length === 0) for (const filed of this.#indexes[slot]?.absent ?? []) consider(filed);
    }
    return [...found];
  }

  /** Files the alternative under the field whose matchers are broad least and shared least. */
  #file(
    key: Key,
    alternative: Alternative,
    names: readonly (readonly string[])[],
    popularity: ReadonlyMap<string, number>,
  ): void {
    const tests = alternative.map(({ path, matchers }): SlottedTest => {
      const node = this.#tree.add(path);
      if (node.slot < 0) node.slot = this.#indexes.push(new ValueIndex()) - 1;
      return { slot: node.slot, matchers };
    });
    const costs = tests.map(({ matchers }, field) =>
      matchers.reduce(
        (cost, { kind }, index) => cost + BREADTH[kind] * (popularity.get(names[field]?.[index] ?? '') ?? 1),
        0,
      ),
    );
    const chosen = tests[costs.indexOf(Math.min(...costs))];
    if (!chosen) {
      this.#always.push(key);
      return;
    }
    const filed: Filed<Key> = { key, tests, seenIn: 0 };
    for (const matcher of chosen.matchers) this.#indexes[chosen.slot]?.add(matcher, filed);
  }
}
