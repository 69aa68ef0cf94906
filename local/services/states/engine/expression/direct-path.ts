// The commonest expressions, `$variable.name.name` and literals, evaluated without jsonata's machinery.
import type { Json } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { SyntaxNode } from './syntax-tree.ts';

/** Stands for "ask jsonata": the path meets an array on its way, which it would map over. */
export const NEEDS_JSONATA: unique symbol = Symbol('needs jsonata');

/** Follows the path from the variable that `lookup` gives; undefined where jsonata would find nothing. */
export type DirectPath = (lookup: (variable: string) => unknown) => Json | undefined | typeof NEEDS_JSONATA;

/** Gives the direct evaluation of an expression that is a plain path or a literal; undefined for any other. */
export function findDirectPath(tree: SyntaxNode): DirectPath | undefined {
  if (hasExtras(tree)) return undefined;
  if (tree.type === 'string' || tree.type === 'number' || tree.type === 'value') {
    const literal = tree.value as Json;
    return () => literal;
  }
  if (tree.type === 'variable') return directPath([tree]);
  if (tree.type !== 'path' || tree.keepSingletonArray || tree.tuple) return undefined;
  const steps = tree.steps as SyntaxNode[];
  return steps.some(hasExtras) ? undefined : directPath(steps);
}

function directPath([first, ...rest]: readonly SyntaxNode[]): DirectPath | undefined {
  if (first?.type !== 'variable' || first.value === '' || first.value === '$') return undefined;
  if (rest.some((step) => step.type !== 'name')) return undefined;
  const root = String(first.value);
  const names = rest.map((step) => String(step.value));
  return (lookup) => {
    let value = lookup(root) as Json | undefined;
    for (const name of names) {
      if (Array.isArray(value)) return NEEDS_JSONATA;
      if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
      value = value[name];
    }
    return value;
  };
}

function hasExtras(node: SyntaxNode): boolean {
  return Boolean(
    node.predicate || node.stages || node.group || node.keepArray || node.focus || node.index || node.ancestor,
  );
}
