import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPatternTest } from '../../../../../local/services/events/pattern/matches-pattern.ts';
import { parsePattern } from '../../../../../local/services/events/pattern/parse-pattern.ts';
import { PatternIndex } from '../../../../../local/services/events/pattern/pattern-index.ts';
import { measureCpu } from '../../../../measure-cpu.ts';
import { referenceMatch } from './reference-match.ts';

// A small world of values, so that patterns and events meet often.
const text = fc.constantFrom('', 'x', 'X', 'xy', 'xyx', 'Yx', 'y*x', '10.0.0.1', '10.0.3.9', '::1', 'straße');
const number = fc.constantFrom(-1, 0, 1, 2, 2.5, 6e9);
const scalar = fc.oneof(text, number, fc.constantFrom(true, false, null));

function buildEvent(depth: number): fc.Arbitrary<Record<string, unknown>> {
  const nested: fc.Arbitrary<unknown> = depth === 0 ? scalar : buildEvent(depth - 1);
  const list = fc.array(fc.oneof(scalar, nested, fc.array(nested, { maxLength: 2 })), { maxLength: 3 });
  const child = fc.oneof(scalar, nested, list);
  return fc.record({ a: child, b: child, c: child }, { requiredKeys: ['a', 'b'] });
}

const nonEmpty = text.filter((value) => value !== '');
const wildcard = fc.constantFrom('*', 'x*', '*x', 'x*x', '*y*', 'y\\*x', 'x');
const bound = number.filter((value) => value < 6e9);
const matcher = fc.oneof(
  scalar,
  fc.oneof(text, fc.record({ 'equals-ignore-case': text })).map((prefix) => ({ prefix })),
  fc.oneof(text, fc.record({ 'equals-ignore-case': text })).map((suffix) => ({ suffix })),
  text.map((value) => ({ 'equals-ignore-case': value })),
  wildcard.map((value) => ({ wildcard: value })),
  fc.boolean().map((exists) => ({ exists })),
  fc.constantFrom('10.0.0.0/24', '10.0.0.0/8', '::/0').map((cidr) => ({ cidr })),
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), bound).map((numeric) => ({ numeric })),
  fc
    .tuple(fc.constantFrom('>', '>='), bound, fc.constantFrom('<', '<='), bound)
    .filter(([, low, , high]) => low < high)
    .map((numeric) => ({ numeric })),
  fc
    .oneof(
      text,
      number,
      fc.array(text, { minLength: 1, maxLength: 2 }),
      fc.array(number, { minLength: 1, maxLength: 2 }),
      fc.record({ prefix: nonEmpty }),
      fc.record({ suffix: fc.array(nonEmpty, { minLength: 1, maxLength: 2 }) }),
      fc.record({ 'equals-ignore-case': fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 2 })) }),
      fc.record({ wildcard }),
    )
    .map((value) => ({ 'anything-but': value })),
);

function buildPattern(depth: number): fc.Arbitrary<Record<string, unknown>> {
  const leaf = fc.array(matcher, { minLength: 1, maxLength: 3 });
  const nested = depth === 0 ? undefined : buildPattern(depth - 1);
  const child = nested ? fc.oneof(leaf, nested) : leaf;
  const or = nested && { $or: fc.array(nested, { minLength: 2, maxLength: 3 }) };
  return fc
    .record({ a: child, b: child, c: child, ...or }, { requiredKeys: [] })
    .filter((value) => Object.keys(value).length > 0) as fc.Arbitrary<Record<string, unknown>>;
}

/** One field, so that matches are frequent. */
const simplePattern = fc.array(matcher, { minLength: 1, maxLength: 3 }).map((a) => ({ a }));

/** Combinations multiply quickly: patterns that would be refused are left out. */
function findCompiled(pattern: object) {
  try {
    return parsePattern(pattern);
  } catch (error) {
    if ((error as Error).message.includes('too complex')) return undefined;
    throw error;
  }
}

describe('the index over patterns', () => {
  it('finds exactly what each pattern matches by itself, and that is what the documentation says', () => {
    let matches = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(simplePattern, buildPattern(0), buildPattern(1), buildPattern(2)), {
          minLength: 3,
          maxLength: 6,
        }),
        fc.array(fc.oneof(buildEvent(0), buildEvent(1), buildEvent(2)), { minLength: 3, maxLength: 6 }),
        (generated, events) => {
          const patterns = generated.filter((value) => findCompiled(value));
          const compiled = patterns.map((value, index) => [index, parsePattern(value)] as const);
          const index = new PatternIndex(compiled);
          const tests = compiled.map(([, value]) => createPatternTest(value));
          for (const value of events) {
            const expected = [...patterns.keys()].filter((at) => referenceMatch(patterns[at]!, value));
            matches += expected.length;
            expect([...patterns.keys()].filter((at) => tests[at]!(value))).toEqual(expected);
            expect(index.find(value).sort((a, b) => a - b)).toEqual(expected);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(matches).toBeGreaterThan(300);
  });

  it('does not slow down with the number of rules', () => {
    const build = (count: number) =>
      Array.from({ length: count }, (_, rule) =>
        parsePattern({
          source: ['github.com'],
          'detail-type': ['push', 'workflow_run'],
          detail: {
            repository: { name: [`service-${rule}`] },
            ref: [{ prefix: 'refs/heads/' }],
            size: [{ numeric: ['>', 0] }],
          },
        }),
      );
    const filler = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`field_${at}`, `value ${at}`]));
    const events = Array.from({ length: 50 }, (_, at) => ({
      source: 'github.com',
      'detail-type': 'push',
      detail: {
        ref: 'refs/heads/main',
        size: 3,
        repository: { name: `service-${at % 10}`, ...filler },
        sender: filler,
      },
    }));
    const rate = (find: (event: unknown) => unknown) => {
      const cpu = measureCpu();
      let runs = 0;
      while (cpu() < 100) for (const value of events) runs += find(value) === undefined ? 0 : 1;
      return runs / cpu();
    };
    const indexOf = (count: number) => new PatternIndex([...build(count).entries()]);
    const [ten, hundred, thousand] = [indexOf(10), indexOf(100), indexOf(1_000)];
    const inTurn = build(100).map(createPatternTest);
    for (const find of [(value: unknown) => ten.find(value), (value: unknown) => thousand.find(value)]) rate(find);
    const rateOfTen = rate((value) => ten.find(value));
    const rateOfHundred = rate((value) => hundred.find(value));
    const rateOfThousand = rate((value) => thousand.find(value));
    const rateInTurn = rate((value) => inTurn.filter((test) => test(value)));
    expect(rateOfHundred / rateInTurn).toBeGreaterThan(10);
    expect(rateOfThousand / rateOfTen).toBeGreaterThan(0.5);
  });
});
