// Compiles an event pattern into alternatives, each a list of fields that must all match.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
import { buildInvalidPattern } from './invalid-pattern.ts';
import type { Matcher } from './matcher.ts';
import { parseMatcher } from './parse-matcher.ts';

/** A field of the event and the matchers of which one must hold. */
export interface FieldTest {
  /** Names from the root to the leaf. */
  readonly path: readonly string[];
  readonly matchers: readonly Matcher[];
}

/** All of these fields must match. */
export type Alternative = readonly FieldTest[];

/** A pattern matches when one of its alternatives does; without `$or` there is one. */
export interface EventPattern {
  readonly alternatives: readonly Alternative[];
}

/** Inside `$or` these names cannot be fields, or `$or` is taken for a field itself. */
const RESERVED_NAMES = new Set([
  'exactly',
  'prefix',
  'suffix',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
  'wildcard',
  'equals-ignore-case',
]);
/** EventBridge refuses patterns whose `$or` make more combinations than this. */
const MAXIMUM_ALTERNATIVES = 1_000;

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOrList(value: unknown): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((member) => isObject(member) && !Object.keys(member).some((name) => RESERVED_NAMES.has(name)))
  );
}

function refuseTooMany(count: number): void {
  if (count > MAXIMUM_ALTERNATIVES) {
    throw buildInvalidPattern(`Rule is too complex - $or must not make more than ${MAXIMUM_ALTERNATIVES} combinations`);
  }
}

/** Adds a field to an alternative; a field that is named twice keeps its last test, as a later `$or` branch overrides. */
function withField(alternative: Alternative, test: FieldTest): Alternative {
  const key = JSON.stringify(test.path);
  return [...alternative.filter((other) => JSON.stringify(other.path) !== key), test];
}

function parseObject(
  value: JsonObject,
  path: readonly string[],
  alternatives: readonly Alternative[],
): readonly Alternative[] {
  const entries = Object.entries(value);
  if (entries.length === 0) throw buildInvalidPattern('Empty objects are not allowed');
  let result = alternatives;
  for (const [name, child] of entries) {
    if (name === '$or' && isOrList(child)) {
      const before = result;
      refuseTooMany(before.length * child.length);
      result = child.flatMap((branch) => parseObject(branch, path, before));
      refuseTooMany(result.length);
    } else if (isObject(child)) {
      result = parseObject(child, [...path, name], result);
    } else if (Array.isArray(child)) {
      if (child.length === 0) throw buildInvalidPattern('Empty arrays are not allowed');
      const test: FieldTest = { path: [...path, name], matchers: child.map(parseMatcher) };
      result = result.map((alternative) => withField(alternative, test));
    } else {
      throw buildInvalidPattern(`"${name}" must be an object or an array`);
    }
  }
  return result;
}

/** Compiles a pattern given as JSON text or as parsed JSON. Throws InvalidEventPatternException. */
export function parsePattern(pattern: unknown): EventPattern {
  let value = pattern;
  if (typeof pattern === 'string') {
    try {
      value = JSON.parse(pattern);
    } catch (error) {
      throw buildInvalidPattern(`${(error as Error).message}`);
    }
  }
  if (!isObject(value)) throw buildInvalidPattern('Filter is not an object');
  return { alternatives: parseObject(value, [], [[]]) };
}
