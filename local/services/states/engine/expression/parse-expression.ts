// Parses a JSONata expression once, and decides where it may run.
import jsonata, { type Expression as ParsedExpression } from 'jsonata';
import { registerAwsFunctions } from './aws-functions.ts';
import { type DirectPath, findDirectPath } from './direct-path.ts';
import { isInlineSafe } from './inline-safety.ts';
import { findLoopDegree } from './loop-degree.ts';
import { findStatesMembers, findVariableNames, mentionsPrototype, type SyntaxNode } from './syntax-tree.ts';

/** A parsed expression: what stands between `{%` and `%}`. */
export interface Expression {
  readonly source: string;
  readonly parsed: ParsedExpression;
  readonly tree: SyntaxNode;
  /** Set when it is a plain path or literal. */
  readonly directPath: DirectPath | undefined;
  readonly isInline: boolean;
  /** Infinite when nothing bounds its time. */
  readonly loopDegree: number;
  readonly isForbidden: boolean;
  /** Names of the variables it may read, without `$`. */
  readonly variables: readonly string[];
  readonly readsStates: boolean;
  /** Of `$states`; undefined when it may read all of it. */
  readonly statesMembers: ReadonlySet<string> | undefined;
  readonly readsContext: boolean;
}

const parsedExpressions = new Map<string, Expression>();

/** Parses an expression, from a cache when it was seen before. Throws jsonata's error, with a `code`, for bad syntax. */
export function parseExpression(source: string): Expression {
  const known = parsedExpressions.get(source);
  if (known) return known;
  const parsed = jsonata(source);
  registerAwsFunctions(parsed);
  const tree = parsed.ast() as unknown as SyntaxNode;
  const names = findVariableNames(tree);
  const expression: Expression = {
    source,
    parsed,
    tree,
    directPath: findDirectPath(tree),
    isInline: isInlineSafe(source, tree),
    loopDegree: findLoopDegree(source, tree),
    isForbidden: mentionsPrototype(tree),
    variables: [...names].filter((name) => name !== '' && name !== '$' && name !== 'states'),
    readsStates: names.has('states'),
    statesMembers: findStatesMembers(tree),
    readsContext: names.has('states') && source.includes('context'),
  };
  parsedExpressions.set(source, expression);
  return expression;
}
