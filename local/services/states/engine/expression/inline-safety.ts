// Which expressions may run in the main thread: those whose cost is bounded by the size of what they read.
import type { SyntaxNode } from './syntax-tree.ts';
import { childNodes } from './syntax-tree.ts';

/** Longer expressions go to a worker, whatever they do. */
export const LONGEST_INLINE_SOURCE = 1_000;
const INLINE_NODES: ReadonlySet<string> = new Set([
  'string',
  'number',
  'value',
  'variable',
  'name',
  'path',
  'unary',
  'binary',
  'condition',
  'block',
  'filter',
  'function',
]);
/** Linear in their arguments, without a callback, and with a result no longer than what went in. */
const INLINE_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'string number boolean not exists count sum max min average type uppercase lowercase trim length substring ' +
    'substringBefore substringAfter contains keys merge append lookup abs floor ceil round uuid now millis parse hash'
  ).split(' '),
);

/**
 * Says whether evaluating the expression takes time linear in its input: paths, literals, constructors, comparisons
 * and cheap functions. Loops of every kind (lambdas, ranges, regular expressions, higher-order functions, mapping
 * steps) are for a worker, which can be killed.
 */
export function isInlineSafe(source: string, tree: SyntaxNode): boolean {
  return source.length <= LONGEST_INLINE_SOURCE && isSafeNode(tree);
}

function isSafeNode(node: SyntaxNode): boolean {
  if (node.type === undefined || !INLINE_NODES.has(node.type)) return false;
  switch (node.type) {
    case 'path':
      return isSafePath(node);
    case 'binary':
      return node.value !== '..' && childNodes(node).every(isSafeNode);
    case 'function':
      return isSafeCall(node);
    case 'unary':
      return node.value === '{' ? constructedNodes(node).every(isSafeNode) : childNodes(node).every(isSafeNode);
    case 'name':
      return isOrdinaryName(node.value) && childNodes(node).every(isSafeNode);
    case 'variable':
      return node.value !== '' && node.value !== '$' && childNodes(node).every(isIndex);
    default:
      return childNodes(node).every(isSafeNode);
  }
}

/** A variable or a cheap call, then names with number indexes: nothing that is evaluated once for each item. */
function isSafePath(node: SyntaxNode): boolean {
  if (node.keepSingletonArray || node.group || !Array.isArray(node.steps)) return false;
  const [first, ...names] = node.steps as SyntaxNode[];
  return (
    (first?.type === 'variable' || first?.type === 'function') &&
    isSafeNode(first) &&
    names.every((step) => step.type === 'name' && isOrdinaryName(step.value) && childNodes(step).every(isIndex))
  );
}

/** A predicate that picks an item by its number. */
export function isIndex(node: SyntaxNode): boolean {
  if (node.type !== 'filter') return false;
  const expression = node.expr as SyntaxNode;
  return expression.type === 'number' || (expression.type === 'unary' && expression.value === '-');
}

function isSafeCall(node: SyntaxNode): boolean {
  const procedure = node.procedure as SyntaxNode | undefined;
  if (procedure?.type !== 'variable' || !isInlineFunction(String(procedure.value), node.arguments)) return false;
  const { procedure: _procedure, ...rest } = node;
  return !node.predicate && !node.group && childNodes(rest).every(isSafeNode);
}

/** Dates are read and written inline in ISO form only: pictures can be costly. */
export function isInlineFunction(name: string, args: unknown): boolean {
  if (name === 'toMillis' || name === 'fromMillis') return Array.isArray(args) && args.length === 1;
  return INLINE_FUNCTIONS.has(name);
}

/** The keys and values of an object that is constructed. */
export function constructedNodes(node: SyntaxNode): SyntaxNode[] {
  return (node.lhs as SyntaxNode[][]).flat();
}

/** Names that every object inherits would find functions instead of data. */
export function isOrdinaryName(name: unknown): boolean {
  return typeof name === 'string' && !(name in Object.prototype);
}
