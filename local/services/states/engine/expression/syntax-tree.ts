// What the engine reads from jsonata's syntax tree of an expression.

/** A node of jsonata's syntax tree, as far as it is looked at here. */
export interface SyntaxNode {
  readonly type?: string;
  readonly value?: unknown;
  readonly [member: string]: unknown;
}

/** The nodes directly below a node, in whatever member they hang. */
export function childNodes(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const member of Object.values(node)) collectNodes(member, children);
  return children;
}

function collectNodes(value: unknown, into: SyntaxNode[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collectNodes(item, into);
  } else if (isSyntaxNode(value)) {
    into.push(value);
  }
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && !(value instanceof RegExp);
}

/** Every `$name` in the tree, whether it is bound inside or comes from outside. */
export function findVariableNames(node: SyntaxNode, names: Set<string> = new Set()): Set<string> {
  if (node.type === 'variable' && typeof node.value === 'string') names.add(node.value);
  for (const child of childNodes(node)) findVariableNames(child, names);
  return names;
}

/** The members of `$states` that it may read; undefined when it may read any. */
export function findStatesMembers(node: SyntaxNode, members: Set<string> = new Set()): ReadonlySet<string> | undefined {
  if (node.type === 'variable' && node.value === 'states') return undefined;
  const [first, second, ...rest] = node.type === 'path' ? (node.steps as SyntaxNode[]) : [];
  const isPlain = first?.type === 'variable' && first.value === 'states' && !first.predicate && !first.stages;
  if (!isPlain || second?.type !== 'name')
    return childNodes(node).every((child) => findStatesMembers(child, members)) ? members : undefined;
  members.add(String(second.value));
  const { steps: _steps, ...others } = node;
  return [...childNodes(second), ...rest, ...childNodes(others)].every((child) => findStatesMembers(child, members))
    ? members
    : undefined;
}

/** Says whether some name or text in the tree would reach for an object's prototype. */
export function mentionsPrototype(node: SyntaxNode): boolean {
  return node.value === '__proto__' || childNodes(node).some(mentionsPrototype);
}

/** The names that are read from the top-level context, which does not exist in a state machine: `phone` instead of `$phone`. */
export function findTopLevelNames(node: SyntaxNode): string[] {
  if (node.type === 'path' && Array.isArray(node.steps)) {
    const [first, ...rest] = node.steps as SyntaxNode[];
    if (!first) return [];
    if (first.type === 'name') return [String(first.value)];
    // Later steps, predicates and groupings have the step before them as their context.
    return rest.length > 0 || first.predicate || first.stages
      ? findTopLevelNames(withoutPredicates(first))
      : findTopLevelNames(first);
  }
  return childNodes(withoutPredicates(node)).flatMap(findTopLevelNames);
}

function withoutPredicates(node: SyntaxNode): SyntaxNode {
  const { predicate: _predicate, stages: _stages, group: _group, ...rest } = node;
  return rest;
}
