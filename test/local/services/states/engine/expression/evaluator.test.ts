import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { NEEDS_JSONATA } from '../../../../../../local/services/states/engine/expression/direct-path.ts';
import { createEvaluator } from '../../../../../../local/services/states/engine/expression/evaluator.ts';
import { parseExpression } from '../../../../../../local/services/states/engine/expression/parse-expression.ts';
import { parseTemplate } from '../../../../../../local/services/states/engine/expression/template.ts';
import type { Json } from '../../../../../../local/services/states/engine/json.ts';

const NOW = Date.parse('2024-03-04T05:06:07.089Z');
const evaluator = createEvaluator({ now: () => NOW, timeLimitMilliseconds: 700 });
afterAll(() => evaluator.close());

async function evaluate(value: unknown, input: Json = null, variables: Record<string, Json> = {}): Promise<Json> {
  const template = parseTemplate(value, 'Output', (problem) => {
    throw new Error(problem.message);
  });
  const [result] = await evaluator.evaluate([template], {
    states: { input },
    variable: (name) => variables[name],
  });
  return result as Json;
}

const expression = (source: string, input?: Json, variables?: Record<string, Json>) =>
  evaluate(`{% ${source} %}`, input, variables);

describe('a template', () => {
  it('replaces expressions at any depth and leaves the rest', async () => {
    expect(
      await evaluate(
        { a: ['{% $states.input.x %}', 'plain {% not %}'], b: { c: '{% $v & "!" %}' }, d: 1 },
        { x: [1, 2] },
        {
          v: 'hi',
        },
      ),
    ).toEqual({ a: [[1, 2], 'plain {% not %}'], b: { c: 'hi!' }, d: 1 });
  });

  it('keeps null as a value', async () => {
    expect(await expression('$states.input.a', { a: null })).toBeNull();
    expect(await evaluate({ v: '{% $states.input.a %}' }, { a: null })).toEqual({ v: null });
  });

  it('names the field that gave nothing', async () => {
    await expect(evaluate({ a: [{ b: '{% $states.input.none %}' }] }, {})).rejects.toMatchObject({
      error: 'States.QueryEvaluationError',
      location: 'Output/a[0]/b',
      cause:
        "The JSONata expression '$states.input.none' specified for the field 'Output/a[0]/b' returned nothing (undefined).",
    });
  });

  it('repeats jsonata’s own words for an error', async () => {
    await expect(expression('1 + "a"')).rejects.toMatchObject({
      cause: expect.stringContaining(
        'threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number',
      ),
    });
  });

  it('sees no context: `$` and `$$` and bare names are nothing', async () => {
    for (const source of ['$', '$$', 'input']) {
      await expect(expression(source, { input: 1 })).rejects.toMatchObject({ error: 'States.QueryEvaluationError' });
    }
  });
});

describe('the functions of Step Functions', () => {
  // https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
  it('$partition', async () => {
    expect(await expression('$partition([1,2,3,4], $states.input.chunk)', { chunk: 2 })).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await expression('$partition([1,2,3], 2.9)')).toEqual([[1, 2], [3]]);
  });
  it('$range', async () => {
    expect(await expression('$range(1, 9, 2)')).toEqual([1, 3, 5, 7, 9]);
    expect(await expression('$range(3, 1, -1)')).toEqual([3, 2, 1]);
    await expect(expression('$range(1, 9)')).rejects.toMatchObject({ error: 'States.QueryEvaluationError' });
  });
  it('$hash', async () => {
    expect(await expression('$hash("Hello, World!", "SHA-1")')).toBe('0a0a9f2a6772942557ab5355d76af442f8f65e01');
    expect(await expression('$hash("", "MD5")')).toBe('d41d8cd98f00b204e9800998ecf8427e');
  });
  it('$random with a seed gives the same number again', async () => {
    const [one, other, third] = (await expression('[$random(3), $random(3), $random(4)]')) as number[];
    expect(one).toBe(other);
    expect(one).not.toBe(third);
    expect(one).toBeGreaterThanOrEqual(0);
    expect(one).toBeLessThan(1);
  });
  it('$uuid gives a version 4 UUID', async () => {
    expect(await expression('$uuid()')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
  it('$parse', async () => {
    expect(await expression('$parse(\'{"a":[1,null]}\').a')).toEqual([1, null]);
    await expect(expression('$parse("{")')).rejects.toMatchObject({ error: 'States.QueryEvaluationError' });
  });
  it('has no $eval', async () => {
    await expect(expression('$eval("1")')).rejects.toMatchObject({ cause: expect.stringContaining('T1006') });
  });
  it('$now and $millis tell the clock’s moment', async () => {
    expect(await expression('$now()')).toBe('2024-03-04T05:06:07.089Z');
    expect(await expression('$millis()')).toBe(NOW);
    expect(await expression('$now("[Y]/[M01]/[D01]")')).toBe('2024/03/04');
    expect(await expression('$map([1], function($x) { $millis() })')).toBe(NOW);
  });
});

describe('expressions that run away', () => {
  const hostile: [string, string][] = [
    ['an endless tail recursion', '($f := function($n) { $f($n + 1) }; $f(0))'],
    ['an endless recursion', '($f := function($n) { 1 + $f($n + 1) }; $f(0))'],
    ['a range of 10 million', '$sum($map([1..9999999], function($x) { $x }))'],
    ['a regular expression that backtracks', '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)'],
    ['a date picture', '$toMillis($pad("", 40000, "1"), $pad("", 20000, "[Y][M]"))'],
    ['a string that doubles', '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $length($f("x", 60)))'],
    ['a value nested too deeply', '$parse($pad("", 100000, "[") & $pad("", 100000, "]"))'],
    ['a deep text parsed inline', '$parse($states.input.deep)'],
    ['a read of the prototype', '$states.input.__proto__'],
    ['a write to the prototype', '$states.input ~> |__proto__|{"polluted": true}|'],
  ];

  it.each(hostile)('%s fails within the bound', async (_name, source) => {
    const began = performance.now();
    await expect(expression(source, { a: 1, deep: '['.repeat(5_000) + ']'.repeat(5_000) })).rejects.toMatchObject({
      error: 'States.QueryEvaluationError',
    });
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('do not hold up others, nor the event loop', async () => {
    let ended = 0;
    const runaways = Array.from({ length: 2 }, () =>
      expression('($f := function($n) { $f($n + 1) }; $f(0))').catch((error: { error: string }) => {
        ended += 1;
        return error.error;
      }),
    );
    expect(await expression('$states.input.a', { a: 1 })).toBe(1);
    expect(ended).toBe(0);
    expect(await expression('$map($states.input.a, function($x) { $x * 2 })', { a: [1, 2] })).toEqual([2, 4]);
    expect(await Promise.all(runaways)).toEqual(['States.QueryEvaluationError', 'States.QueryEvaluationError']);
  });

  it('leave the prototypes clean for the expressions after them', async () => {
    await expression('$states.input ~> |constructor.prototype|{"polluted": true}|', {}).catch(() => undefined);
    await expression(
      '$lookup($states.input, "__pro" & "to__").($f := __defineGetter__; $f("polluted", $uuid))',
      {},
    ).catch(() => undefined);
    await expect(expression('$states.input.polluted', {})).rejects.toMatchObject({
      cause: expect.stringContaining('returned nothing'),
    });
    expect(await expression('$map([1], function($x) { $exists($states.input.polluted) })', {})).toBe(false);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('where an expression runs', () => {
  it.each([
    '$states.input.a.b',
    '$a = 1 and $exists($states.input.b)',
    '{"x": $a, "y": [$b, "c" & $d]}',
    '$states.input.list[0].name',
    '$parse($a).b',
    '$toMillis($a)',
  ])('%s: in the main thread', (source) => {
    expect(parseExpression(source).isInline).toBe(true);
  });

  it.each([
    '$map($a, $string)',
    '[1..10]',
    '$match($a, /x/)',
    'function($x) { $x }(1)',
    '$a.**.b',
    '$replace($a, "b", "c")',
    '$toMillis($a, "[Y]")',
    '$f()',
    '($x := 1; $x)',
    '$a ~> $string',
  ])('%s: in a worker', (source) => {
    const { isInline, loopDegree } = parseExpression(source);
    expect([isInline, loopDegree]).toEqual([false, Number.POSITIVE_INFINITY]);
  });

  it.each<[source: string, degree: number]>([
    ['$a.{ "b": c, "d": $.e }', 1],
    ['$a[b = 1].c', 1],
    ['[$states.input.a[b != null].c[0]]', 1],
    ['$count($a.b[c > 1]) & "x"', 1],
    ['$a.b.$uppercase(c)', 1],
    ['$a.{ "b": $c }', 2],
    ['$a[b = $states.input.c]', 2],
    ['$a[$count($b[c = 1]) > 0]', 2],
    ['$a[$count($b[c = $d]) > 0]', 3],
  ])('%s: where its data is small enough for degree %d', (source, degree) => {
    const { isInline, loopDegree } = parseExpression(source);
    expect([isInline, loopDegree]).toEqual([false, degree]);
  });

  it.each([
    '$a.{ "b": [1..c] }',
    '$a[$match(b, /x/)]',
    '$a[$f()]',
    '$a.b^(c)',
    '$a{ b: c }',
    '$a@$b.c',
    '$a#$i.c',
    '$a.*',
    '$a.($b := c; $b)',
    '$a.constructor.b[c]',
    '$a.b.$$.c',
    'b[c = 1]',
  ])('%s: in a worker, however small its data is', (source) => {
    expect(parseExpression(source).loopDegree).toBe(Number.POSITIVE_INFINITY);
  });

  it.each<[source: string, members: string[] | undefined]>([
    ['$states.input.a & $states.result.b[c = $states.context.d]', ['input', 'result', 'context']],
    ['$a[b = 1]', []],
    ['$keys($states)', undefined],
    ['$states[$a].input', undefined],
    ['$states.{ "a": input }', undefined],
  ])('%s reads of $states %j', (source, members) => {
    const { statesMembers } = parseExpression(source);
    expect(statesMembers && [...statesMembers]).toEqual(members);
  });

  it('gives a loop the value that jsonata gives it, over little and over much', async () => {
    const item = fc.record(
      { n: fc.integer({ min: 0, max: 3 }), c: fc.constantFrom('x', 'y', null) },
      { requiredKeys: [] },
    );
    const sources = [
      '[$a.{ "m": n, "d": $.c }]',
      '[$a[n = 1].c]',
      '$count($a[c = $d])',
      '[$a[$count($a[n = $d]) = 0].n]',
    ];
    const patient = createEvaluator({ now: () => NOW, timeLimitMilliseconds: 300_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sources),
        fc.array(item, { maxLength: 6 }),
        fc.constantFrom(1, 10),
        async (source, items, times) => {
          const variables: Record<string, Json> = { a: Array.from({ length: times }, () => items).flat(), d: 'x' };
          const expected: unknown = await jsonata(source).evaluate(undefined, variables);
          const [value] = await patient.evaluate([parseTemplate(`{% ${source} %}`, 'Output', () => undefined)], {
            states: {},
            variable: (name) => variables[name],
          });
          expect(value).toEqual(JSON.parse(JSON.stringify(expected)));
        },
      ),
      { numRuns: 40 },
    );
    await patient.close();
  });

  it('ends a loop over too much data, and holds up nobody', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ({ n }));
    const runaway = expression('$count($a[$count($b[n = $c.n]) > 0])', null, { a: many, b: many, c: { n: -1 } });
    let hasEnded = false;
    const failed = runaway.catch((error: { error: string }) => {
      hasEnded = true;
      return error.error;
    });
    expect(await expression('$states.input.a', { a: 1 })).toBe(1);
    expect(hasEnded).toBe(false);
    expect(await failed).toBe('States.QueryEvaluationError');
  });

  it('gives a plain path the value that jsonata gives it', async () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const data = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom<Json>(null, 1, 'x', true, ''),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value')),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(data, fc.array(key, { maxLength: 4 }), async (value, names) => {
        const source = ['$v', ...names].join('.');
        const direct = parseExpression(source).directPath?.(() => value);
        if (direct === NEEDS_JSONATA) return;
        const expected: unknown = await jsonata(source).evaluate(undefined, { v: value });
        expect(JSON.stringify(direct)).toBe(JSON.stringify(expected));
      }),
      { numRuns: 500 },
    );
  });

  it('maps over arrays as jsonata does', async () => {
    expect(await expression('$states.input.list.name', { list: [{ name: 'a' }, {}, { name: 'b' }] })).toEqual([
      'a',
      'b',
    ]);
    expect(await expression('$states.input.list.name', { list: [{ name: 'a' }] })).toBe('a');
  });
});
