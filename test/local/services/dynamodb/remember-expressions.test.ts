// Tests of local/services/dynamodb/engine/remember-expressions.ts: it answers as dynalite's own parsers do, whatever was asked before.
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import {
  type ExpressionContext,
  type ExpressionParser,
  rememberExpressions,
} from '../../../../local/services/dynamodb/engine/remember-expressions.ts';

const load = createRequire(import.meta.url);
const open = (name: string) => {
  // A copy of its own: the engine's is remembered already.
  const path = load.resolve(`dynalite/db/${name}.js`);
  const module = load(path) as ExpressionParser;
  const raw: ExpressionParser = { parse: module.parse };
  const remembering: ExpressionParser = { parse: module.parse };
  rememberExpressions(remembering);
  return { raw, remembering };
};

const names = { '#status': 'status', '#a': 'a', '#unused': 'unused' };
/** Each twice, with other values. */
const values = [
  { ':one': { N: '1' }, ':text': { S: 'a' }, ':list': { L: [{ S: 'x' }] }, ':unused': { S: '' } },
  { ':one': { N: '2' }, ':text': { S: 'b' }, ':list': { L: [] }, ':unused': { S: 'z' } },
  { ':one': { S: '2' }, ':text': { N: '7' }, ':list': { M: {} }, ':unused': { S: 'z' } },
];
const conditions = [
  'attribute_not_exists(pk) OR (#status = :text AND lease <= :one)',
  'NOT contains(#a, :text) AND size(#a) > :one',
  '#a IN (:one, :text) OR a.b[3].#status = :list',
  'begins_with(#a, :one)',
  '#a BETWEEN :one AND :text',
  'attribute_type(#a, :text)',
  '#a = #a',
  '((#a = :one))',
  'status = :one',
  'no such(',
];
const updates = [
  'SET #a = :one, b = if_not_exists(#a, :text) REMOVE #status',
  'ADD #a :one DELETE b :list',
  'SET #a = #a + :one, c = list_append(:list, #status)',
  'SET #a = :missing',
];

function ask(parser: ExpressionParser, text: string, attrVals: object) {
  const context = {
    attrNames: names,
    attrVals,
    unusedAttrNames: Object.fromEntries(Object.keys(names).map((name) => [name, true])),
    unusedAttrVals: Object.fromEntries(Object.keys(attrVals).map((name) => [name, true])),
    isReserved: (name: string) => name === 'status',
    compare: (_: string, one: { S?: string }, other: { S?: string }) => (one.S ?? '') > (other.S ?? ''),
  } as unknown as ExpressionContext;
  let answer: unknown;
  try {
    answer = parser.parse(text, { context });
  } catch (error) {
    answer = (error as Error).message;
  }
  return { answer, unused: [context.unusedAttrNames, context.unusedAttrVals] };
}

describe.each([
  ['conditionParser', conditions],
  ['updateParser', updates],
])('%s that remembers', (name, texts) => {
  const { raw, remembering } = open(name);
  it.each(texts)('%s', (text) => {
    for (const attrVals of [...values, ...values])
      expect(ask(remembering, text, attrVals)).toEqual(ask(raw, text, attrVals));
  });

  it('gives each caller a tree of its own, with the values themselves', () => {
    const [text = ''] = texts;
    const attrVals = values[1] ?? {};
    ask(remembering, text, values[0] ?? {});
    const [one, other] = [ask(remembering, text, attrVals).answer, ask(remembering, text, attrVals).answer];
    expect(one).toEqual(other);
    expect(one).not.toBe(other);
    expect(JSON.stringify(one)).toContain(JSON.stringify(attrVals[':one' as keyof typeof attrVals]));
  });
});
