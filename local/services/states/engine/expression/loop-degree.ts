// How an expression that loops over data grows with it, so that a loop over little may run in the main thread.
import { constructedNodes, isIndex, isInlineFunction, isOrdinaryName, LONGEST_INLINE_SOURCE } from './inline-safety.ts';
import type { SyntaxNode } from './syntax-tree.ts';

/** So many visits of a value take some milliseconds. */
const MOST_VISITS = 2_000;
/** Characters that weigh as much as a value. */
const CHARACTERS_OF_A_VALUE = 64;

const UNKNOWN = Number.POSITIVE_INFINITY;

/**
 * The power of its data's size that bounds the expression's time: 1 when it visits each value once, 2 when for each item it goes
 * through the data again. Infinite for whatever can run for longer: lambdas, ranges, regular expressions, sorting, names that are
 * bound. Only paths, predicates and constructors loop here.
 */
export function findLoopDegree(source: string, tree: SyntaxNode): number {
  return source.length > LONGEST_INLINE_SOURCE ? UNKNOWN : degreeOf(tree, false);
}

/** Says whether a loop of that degree over these values ends within some milliseconds. */
export function endsSoon(degree: number, values: readonly unknown[]): boolean {
  return isLighter(values, MOST_VISITS ** (1 / Math.max(1, degree)));
}

/** `inItem`: whether it is evaluated for each item of something, whose names it can read. */
function degreeOf(node: SyntaxNode, inItem: boolean): number {
  switch (node.type) {
    case 'string':
    case 'number':
    case 'value':
      return node.predicate || node.group ? UNKNOWN : 0;
    case 'path':
      return node.group ? UNKNOWN : degreeOfPath(node.steps as SyntaxNode[], inItem);
    case 'variable':
    case 'unary':
    case 'binary':
    case 'condition':
    case 'block':
    case 'function':
      return degreeOfPath([node], inItem);
    default:
      return UNKNOWN;
  }
}

function degreeOfPath([first, ...rest]: readonly SyntaxNode[], inItem: boolean): number {
  if (first === undefined || [first, ...rest].some(bindsOrGroups)) return UNKNOWN;
  const isRelative = first.type === 'name' || (first.type === 'variable' && first.value === '');
  if (isRelative && !inItem) return UNKNOWN;
  const inner = Math.max(
    ...[first, ...rest].map(degreeOfPredicates),
    ...rest.map((step) => (step.type === 'name' ? degreeOfName(step) : degreeOf(withoutPredicates(step), true))),
    0,
  );
  if (isRelative) return Math.max(inner, first.type === 'name' ? degreeOfName(first) : 0);
  const loops = [first, ...rest].some(hasLoopingPredicate) || rest.some(({ type }) => type !== 'name');
  if (first.type === 'variable') return first.value === '$' ? UNKNOWN : (loops || inItem ? 1 : 0) + inner;
  return degreeOfOperation(first, inItem) + (loops ? 1 : 0) + inner;
}

function degreeOfOperation(node: SyntaxNode, inItem: boolean): number {
  const greatest = (nodes: readonly unknown[]) =>
    Math.max(0, ...nodes.map((each) => (each === undefined ? 0 : degreeOf(each as SyntaxNode, inItem))));
  switch (node.type) {
    case 'unary':
      if (node.value === '{') return greatest(constructedNodes(node));
      return node.value === '[' ? greatest(node.expressions as unknown[]) : greatest([node.expression]);
    case 'binary':
      return node.value === '..' ? UNKNOWN : greatest([node.lhs, node.rhs]);
    case 'condition':
      return greatest([node.condition, node.then, node.else]);
    case 'block':
      return greatest(node.expressions as unknown[]);
    case 'function': {
      const { type, value } = (node.procedure ?? {}) as SyntaxNode;
      if (type !== 'variable' || !isInlineFunction(String(value), node.arguments)) return UNKNOWN;
      return greatest(node.arguments as unknown[]);
    }
    default:
      return UNKNOWN;
  }
}

function bindsOrGroups({ group, focus, index, tuple, ancestor }: SyntaxNode): boolean {
  return Boolean(group || focus || index || tuple || ancestor);
}

function degreeOfName({ value }: SyntaxNode): number {
  return isOrdinaryName(value) ? 0 : UNKNOWN;
}

function predicatesOf({ predicate = [], stages = [] }: SyntaxNode): SyntaxNode[] {
  return [...(predicate as SyntaxNode[]), ...(stages as SyntaxNode[])];
}

function hasLoopingPredicate(node: SyntaxNode): boolean {
  return predicatesOf(node).some((predicate) => !isIndex(predicate));
}

function degreeOfPredicates(node: SyntaxNode): number {
  return Math.max(
    0,
    ...predicatesOf(node).map(({ type, expr }) => (type === 'filter' ? degreeOf(expr as SyntaxNode, true) : UNKNOWN)),
  );
}

function withoutPredicates({ predicate: _predicate, stages: _stages, ...rest }: SyntaxNode): SyntaxNode {
  return rest;
}

/** Counts values and their text, and stops counting at the limit. */
function isLighter(root: unknown, limit: number): boolean {
  let rest = limit;
  const weigh = (value: unknown): boolean => {
    rest -= 1;
    if (typeof value === 'string') rest -= value.length / CHARACTERS_OF_A_VALUE;
    if (rest < 0) return false;
    if (typeof value !== 'object' || value === null) return true;
    if (Array.isArray(value)) return value.every(weigh);
    for (const key in value) if (!weigh((value as Record<string, unknown>)[key])) return false;
    return true;
  };
  return weigh(root);
}
