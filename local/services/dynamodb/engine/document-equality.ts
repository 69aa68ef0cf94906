// Equality of lists and maps in expressions, which dynalite compares by identity: spelt out as comparisons of their members.

type Value = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];
type Operand = Path | Value | Node;

/** A node of an expression as dynalite's parser gives it: a path is an array, a value an attribute value. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly args: readonly Operand[];
}

/** Rewrites the parsed expressions of a request in place. */
export function spellOutDocumentEquality(request: Record<string, unknown>): void {
  for (const name of ['_condition', '_filter']) {
    const parsed = request[name] as { expression: Node } | undefined;
    if (parsed) request[name] = { ...parsed, expression: rewrite(parsed.expression) };
  }
}

function rewrite(node: Node): Node {
  const { type, args } = node;
  if (type === 'and' || type === 'or' || type === 'not')
    return { ...node, args: args.map((arg) => rewrite(arg as Node)) };
  if (type !== '=' && type !== '<>' && type !== 'in') return node;
  const [first, ...others] = args as [Operand, ...Operand[]];
  if (![first, ...others].some(isDocument)) return node;
  const equalities = others.map((other) => spellOut(first, other));
  const any = equalities.reduce((left, right) => ({ type: 'or', args: [left, right] }));
  return type === '<>' ? { type: 'not', args: [any] } : any;
}

/** That both are equal, when one of them is a path and the other may be a document. */
function spellOut(left: Operand, right: Operand): Node {
  if (isPath(left) && isDocument(right)) return equals(left, right);
  if (isPath(right) && isDocument(left)) return equals(right, left);
  return { type: '=', args: [left, right] };
}

function equals(path: Path, value: Value): Node {
  if (!isDocument(value)) return { type: '=', args: [path, value] };
  const type = 'M' in value ? 'M' : 'L';
  const members: [string | number, Value][] =
    type === 'M' ? Object.entries(value.M as Record<string, Value>) : (value.L as Value[]).map((each, n) => [n, each]);
  const conditions: Node[] = [
    { type: 'function', name: 'attribute_type', args: [path, { S: type }] },
    { type: '=', args: [{ type: 'function', name: 'size', args: [path] }, { N: String(members.length) }] },
    ...members.map(([step, member]) => equals([...path, step], member)),
  ];
  return conditions.reduce((left, right) => ({ type: 'and', args: [left, right] }));
}

function isPath(operand: Operand): operand is Path {
  return Array.isArray(operand);
}

function isDocument(operand: Operand): operand is Value {
  return !isPath(operand) && ('M' in operand || 'L' in operand);
}
