// Values of the SDK's shapes from and to XML: https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings
import type { XmlElement } from './parse-xml.ts';
import type { ListShape, MapShape, Member, ScalarShape, Shape, StructureShape } from './shape.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

/** The value that an element holds. */
export function readXml(shape: Shape, element: XmlElement): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, element);
    case 'list':
      return readItems(shape, element.children);
    case 'map':
      return readEntries(shape, element.children);
    default:
      return readText(shape, element.text);
  }
}

function readStructure(shape: StructureShape, element: XmlElement): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const { traits } = member;
    const name = traits.xmlName ?? member.name;
    if (traits.xmlAttribute) {
      const value = element.attributes[name];
      if (value !== undefined) result[member.name] = value;
      continue;
    }
    const matching = element.children.filter((child) => child.name === name);
    const first = matching[0];
    if (!first) continue;
    if (traits.xmlFlattened && member.shape.kind === 'list') result[member.name] = readItems(member.shape, matching);
    else if (traits.xmlFlattened && member.shape.kind === 'map') {
      result[member.name] = readEntries(member.shape, matching);
    } else result[member.name] = readXml(member.shape, first);
  }
  return result;
}

function readItems(shape: ListShape, elements: readonly XmlElement[]): unknown[] {
  return elements.map((element) => readXml(shape.item.shape, element));
}

function readEntries(shape: MapShape, entries: readonly XmlElement[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const entry of entries) {
    const key = entry.children.find((child) => child.name === (shape.key.traits.xmlName ?? 'key'));
    const value = entry.children.find((child) => child.name === (shape.value.traits.xmlName ?? 'value'));
    if (key && value) result[key.text] = readXml(shape.value.shape, value);
  }
  return result;
}

/** The value of a text, in XML, in a header, in a query or in a form. */
export function readText(shape: ScalarShape, text: string): unknown {
  switch (shape.kind) {
    case 'number':
      return Number(text);
    case 'boolean':
      return text.toLowerCase() === 'true';
    case 'blob':
      return Buffer.from(text, 'base64');
    case 'timestamp':
      return parseTimestamp(text.trim());
    case 'big-integer':
      return BigInt(text);
    default:
      return text;
  }
}

/** The element of a structure: `<root xmlns="…">members</root>`. */
export function writeXml(shape: StructureShape, value: object, root: string, namespace?: string): string {
  const { attributes, content } = writeStructure(shape, value as Record<string, unknown>);
  const declaration = namespace ? ` xmlns="${escapeXml(namespace)}"` : '';
  return `<${root}${declaration}${attributes}>${content}</${root}>`;
}

interface WrittenElement {
  readonly attributes: string;
  readonly content: string;
}

function writeStructure(shape: StructureShape, value: Record<string, unknown>): WrittenElement {
  let attributes = '';
  let content = '';
  for (const member of shape.members) {
    const item = value[member.name];
    if (item === undefined || item === null) continue;
    if (member.traits.xmlAttribute) {
      attributes += ` ${member.traits.xmlName ?? member.name}="${escapeXml(String(item))}"`;
    } else content += writeMember(member, item, member.traits.xmlName ?? member.name);
  }
  return { attributes, content };
}

function writeMember(member: Member, value: unknown, name: string): string {
  const { shape, traits } = member;
  const [prefix, uri] = traits.xmlNamespace ?? [];
  const declaration = uri ? ` xmlns${prefix ? `:${prefix}` : ''}="${escapeXml(uri)}"` : '';
  if (shape.kind === 'list') return writeList(shape, value, name, declaration, Boolean(traits.xmlFlattened));
  if (shape.kind === 'map') return writeMap(shape, value, name, declaration, Boolean(traits.xmlFlattened));
  if (shape.kind === 'structure') {
    const { attributes, content } = writeStructure(shape, value as Record<string, unknown>);
    return `<${name}${declaration}${attributes}>${content}</${name}>`;
  }
  return `<${name}${declaration}>${escapeXml(writeText(shape, value))}</${name}>`;
}

function writeList(shape: ListShape, value: unknown, name: string, declaration: string, isFlat: boolean): string {
  const itemName = isFlat ? name : (shape.item.traits.xmlName ?? 'member');
  let content = '';
  for (const item of value as Iterable<unknown>) content += writeMember(shape.item, item, itemName);
  return isFlat ? content : `<${name}${declaration}>${content}</${name}>`;
}

function writeMap(shape: MapShape, value: unknown, name: string, declaration: string, isFlat: boolean): string {
  const entryName = isFlat ? name : 'entry';
  let content = '';
  for (const [key, item] of Object.entries(value as object)) {
    if (item === undefined || item === null) continue;
    const keyElement = writeMember(shape.key, key, shape.key.traits.xmlName ?? 'key');
    const valueElement = writeMember(shape.value, item, shape.value.traits.xmlName ?? 'value');
    content += `<${entryName}>${keyElement}${valueElement}</${entryName}>`;
  }
  return isFlat ? content : `<${name}${declaration}>${content}</${name}>`;
}

function writeText(shape: ScalarShape, value: unknown): string {
  if (shape.kind === 'timestamp') {
    return String(formatTimestamp(value, shape.timestampFormat === 'default' ? 'date-time' : shape.timestampFormat));
  }
  if (shape.kind === 'blob')
    return typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('base64');
  return String(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** Text as it may stand in an element or an attribute; line ends survive the reader's normalisation. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
}
