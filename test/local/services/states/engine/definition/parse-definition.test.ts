import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseDefinition } from '../../../../../../local/services/states/engine/definition/parse-definition.ts';

const problems = (states: object, rest: object = {}) =>
  parseDefinition(
    JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states, ...rest }),
  ).diagnostics.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
const pass = { Type: 'Pass', End: true };

describe('a definition', () => {
  it('without JSONata is refused, naming the state', () => {
    const found = problems({ Old: { Type: 'Pass', ResultPath: '$.a', End: true } }, { QueryLanguage: undefined });
    expect(found).toEqual([
      expect.stringMatching(/UNSUPPORTED_QUERY_LANGUAGE: the state 'Old' .* JSONPath.* at \/States\/Old/),
    ]);
  });

  it('may name the query language state by state', () => {
    expect(problems({ New: { ...pass, QueryLanguage: 'JSONata' } }, { QueryLanguage: undefined })).toEqual([]);
  });

  it('is refused for fields of the other query language and for unknown ones, all together', () => {
    expect(problems({ T: { Type: 'Pass', Parameters: {}, Wrong: 1, End: true } })).toEqual([
      "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'Parameters' is only supported for the 'JSONPath' QueryLanguage at /States/T",
      "SCHEMA_VALIDATION_FAILED: Field 'Wrong' is not supported at /States/T",
    ]);
  });

  it.each<[string, object, RegExp]>([
    [
      'a target that is missing',
      { A: { Type: 'Pass', Next: 'B' } },
      /MISSING_TRANSITION_TARGET: Missing 'Next' target: B/,
    ],
    ['a state that nothing reaches', { A: pass, B: pass }, /MISSING_TRANSITION_TARGET: State "B" is not reachable/],
    ['no end', { A: { Type: 'Pass', Next: 'A' } }, /MISSING_END_STATE/],
    ['Next and End together', { A: { ...pass, Next: 'A' } }, /Exactly one of/],
    ['an unknown type', { A: { Type: 'Jump' } }, /Value should be one of/],
    [
      'a syntax error',
      { A: { ...pass, Output: '{% a[1,2) %}' } },
      /INVALID_JSONATA_EXPRESSION.* at \/States\/A\/Output/,
    ],
    [
      'a bare name',
      { A: { ...pass, Output: { v: '{% phone %}' } } },
      /UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported\. at \/States\/A\/Output\/v/,
    ],
    ['the whole context', { A: { ...pass, Output: '{% $$.a %}' } }, /Reference to '\$\$' is not supported/],
    [
      'an error output outside a catcher',
      { A: { ...pass, Output: '{% $states.errorOutput %}' } },
      /\$states\.errorOutput/,
    ],
    ['a result where there is none', { A: { ...pass, Output: '{% $states.result %}' } }, /\$states\.result/],
    [
      'a variable that must not be assigned',
      { A: { ...pass, Assign: { states: 1 } } },
      /'states' is not a valid variable name/,
    ],
    [
      'States.ALL among others',
      { A: { Type: 'Task', Resource: 'r', Retry: [{ ErrorEquals: ['States.ALL', 'E'] }], End: true } },
      /States\.ALL must appear alone/,
    ],
    [
      'a negative interval',
      { A: { Type: 'Task', Resource: 'r', Retry: [{ ErrorEquals: ['E'], IntervalSeconds: -1 }], End: true } },
      /Retry\[0\]\/IntervalSeconds/,
    ],
    ['a Wait for nothing', { A: { Type: 'Wait', End: true } }, /Exactly one of the fields 'Seconds' and 'Timestamp'/],
    [
      'a nested state',
      { A: { Type: 'Parallel', Branches: [{ StartAt: 'X', States: {} }], End: true } },
      /Missing required field 'States' at \/States\/A\/Branches\[0\]/,
    ],
  ])('is refused for %s', (_name, states, expected) => {
    expect(problems(states).join('\n')).toMatch(expected);
  });

  it('that is not JSON is refused', () => {
    expect(parseDefinition('{').diagnostics[0]?.code).toBe('INVALID_JSON_DESCRIPTION');
    expect(parseDefinition('[]').machine).toBeUndefined();
  });

  it('may use names inside predicates, constructors and later steps', () => {
    const output = { a: '{% $states.input.items[value > 3].{ "n": name } %}', b: '{% $states.input.x.(y & z) %}' };
    expect(problems({ A: { ...pass, Output: output } })).toEqual([]);
  });

  it('of our own runs here', () => {
    const text = readFileSync('state-machines/promote-release.asl.json', 'utf8');
    expect(parseDefinition(text).diagnostics).toEqual([]);
  });
});
