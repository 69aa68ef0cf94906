// Whether all fields of an alternative match one event, with values of arrays taken from the same element.
// The last is "array consistency" of https://github.com/aws/event-ruler#json-array-matching
import type { EventValue, EventValues } from './event-values.ts';
import { matchesValue } from './match-value.ts';
import type { Matcher } from './matcher.ts';

export interface SlottedTest {
  readonly slot: number;
  readonly matchers: readonly Matcher[];
}

type Places = ReadonlyMap<unknown, number>;

function acceptsAbsence(matchers: readonly Matcher[]): boolean {
  return matchers.some((matcher) => matcher.kind === 'exists' && !matcher.exists);
}

function matchesAny(value: EventValue, matchers: readonly Matcher[]): boolean {
  for (const matcher of matchers) if (matchesValue(value.value, matcher)) return true;
  return false;
}

/** The places of both, or undefined when they lie in different elements of one array. */
function joinPlaces(a: Places | undefined, b: Places | undefined): Places | undefined | false {
  if (!a || !b) return a ?? b;
  for (const [array, index] of b) {
    const known = a.get(array);
    if (known !== undefined && known !== index) return false;
  }
  return new Map([...a, ...b]);
}

function matchesFrom(
  tests: readonly SlottedTest[],
  index: number,
  values: EventValues,
  places: Places | undefined,
): boolean {
  const test = tests[index];
  if (!test) return true;
  const candidates = values.get(test.slot);
  if (candidates.length === 0) return acceptsAbsence(test.matchers) && matchesFrom(tests, index + 1, values, places);
  for (const candidate of candidates) {
    if (!matchesAny(candidate, test.matchers)) continue;
    const joined = joinPlaces(places, candidate.places);
    if (joined !== false && matchesFrom(tests, index + 1, values, joined)) return true;
  }
  return false;
}

/** Each test must find a value, and all values found must fit together. */
export function matchesAlternative(tests: readonly SlottedTest[], values: EventValues): boolean {
  return matchesFrom(tests, 0, values, undefined);
}
