// Inputs of Query services from form-encoded parameters: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
import type { ListShape, MapShape, Shape, StructureShape } from './shape.ts';
import { readText } from './xml-codec.ts';

/** The parameters as a tree: `A.member.1.B=x` becomes `{A: {member: {1: {B: 'x'}}}}`. */
interface FormNode {
  text?: string;
  readonly children: Map<string, FormNode>;
}

/** Builds the input structure from the body's parameters. */
export function parseForm(shape: StructureShape, parameters: URLSearchParams): object {
  const root: FormNode = { children: new Map() };
  for (const [path, value] of parameters) {
    let node = root;
    for (const part of path.split('.')) {
      let child = node.children.get(part);
      if (!child) {
        child = { children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.text = value;
  }
  return readStructure(shape, root);
}

function readNode(shape: Shape, node: FormNode, isFlat: boolean): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, node);
    case 'list':
      return readList(shape, node, isFlat);
    case 'map':
      return readMap(shape, node, isFlat);
    default:
      return readText(shape, node.text ?? '');
  }
}

function readStructure(shape: StructureShape, node: FormNode): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, traits, shape: memberShape } of shape.members) {
    const child = node.children.get(traits.xmlName ?? name);
    if (child) result[name] = readNode(memberShape, child, Boolean(traits.xmlFlattened));
  }
  return result;
}

function readList(shape: ListShape, node: FormNode, isFlat: boolean): unknown[] {
  const items = isFlat ? node : node.children.get(shape.item.traits.xmlName ?? 'member');
  return inOrder(items).map((item) => readNode(shape.item.shape, item, false));
}

function readMap(shape: MapShape, node: FormNode, isFlat: boolean): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const entry of inOrder(isFlat ? node : node.children.get('entry'))) {
    const key = entry.children.get(shape.key.traits.xmlName ?? 'key')?.text;
    const value = entry.children.get(shape.value.traits.xmlName ?? 'value');
    if (key !== undefined && value) result[key] = readNode(shape.value.shape, value, false);
  }
  return result;
}

function inOrder(node: FormNode | undefined): FormNode[] {
  return [...(node?.children ?? [])].sort(([left], [right]) => Number(left) - Number(right)).map(([, child]) => child);
}
