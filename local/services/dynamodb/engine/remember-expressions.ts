// Understands an expression once: dynalite's generated parser takes up to 0.3 ms for a condition, far more than the write that it guards.

type Value = Readonly<Record<string, unknown>>;

/** What dynalite hands to its parsers beside the text. */
export interface ExpressionContext {
  readonly attrNames?: Readonly<Record<string, string>> | undefined;
  readonly attrVals?: Readonly<Record<string, Value>> | undefined;
  readonly isKeyCondition?: boolean | undefined;
  /** The parser takes out the names and values that the expression uses. */
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
}

export interface ExpressionParser {
  parse(text: string, options: { readonly context: ExpressionContext }): unknown;
}

/** A parsed expression with the names of values where the values belong. */
interface Understood {
  readonly tree: unknown;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** An application has a handful; one that writes values into its texts must not fill the memory. */
const MAXIMUM_EXPRESSIONS = 1_000;
/** Their meaning, or whether they are allowed, depends on values rather than on types alone. */
const READS_VALUES = /\b(between|attribute_type)\b/i;

/** Replaces the parser's `parse` by one that gives the same answers, and a tree of its own to each caller. Refusals are not remembered. */
export function rememberExpressions(parser: ExpressionParser): void {
  const parse = parser.parse.bind(parser);
  const known = new Map<string, Understood>();
  parser.parse = (text, options) => {
    const { context } = options;
    if (READS_VALUES.test(text)) return parse(text, options);
    const key = describe(text, context);
    const understood = known.get(key);
    if (understood !== undefined) return fill(understood, context);
    const before = { names: Object.keys(context.unusedAttrNames), values: Object.keys(context.unusedAttrVals) };
    const tree = parse(text, options);
    const nameOf = new Map(Object.entries(context.attrVals ?? {}).map(([name, value]) => [value, name]));
    // One value under two names could not be told apart.
    if (typeof tree !== 'object' || nameOf.size < Object.keys(context.attrVals ?? {}).length) return tree;
    if (known.size >= MAXIMUM_EXPRESSIONS) known.clear();
    known.set(key, {
      tree: replace(tree, (node) => {
        const name = nameOf.get(node as Value);
        return name === undefined ? undefined : new Placeholder(name);
      }),
      usedNames: before.names.filter((name) => context.unusedAttrNames[name] === undefined),
      usedValues: before.values.filter((name) => context.unusedAttrVals[name] === undefined),
    });
    return tree;
  };
}

/** All that a parser's answer depends on, but for the values themselves. */
function describe(text: string, { attrNames, attrVals, isKeyCondition }: ExpressionContext): string {
  const types = Object.entries(attrVals ?? {}).map(([name, value]) => [name, Object.keys(value)[0]]);
  return JSON.stringify([text, isKeyCondition, attrNames, types]);
}

function fill({ tree, usedNames, usedValues }: Understood, context: ExpressionContext): unknown {
  for (const name of usedNames) delete context.unusedAttrNames[name];
  for (const name of usedValues) delete context.unusedAttrVals[name];
  return replace(tree, (node) => (node instanceof Placeholder ? context.attrVals?.[node.name] : undefined));
}

/** A copy in which `find` has said what stands in place of a node; what it leaves open is copied. */
function replace(node: unknown, find: (node: object) => object | undefined): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const found = find(node);
  if (found !== undefined) return found;
  if (Array.isArray(node)) return node.map((each) => replace(each, find));
  const copy = Object.create(Object.getPrototypeOf(node)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(node)) copy[name] = replace(value, find);
  return copy;
}
