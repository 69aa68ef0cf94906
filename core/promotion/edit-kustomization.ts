// Sets images in a kustomization file and leaves every other character of it as people wrote it.
import { type Document, isMap, isScalar, isSeq, parseDocument, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import { AppError } from '../app-error.ts';

export interface ImageChange {
  /** Image repository without tag or digest. */
  readonly image: string;
  /** `sha256:…` */
  readonly digest: string;
  /** The version, for those who read the file; kustomize goes by the digest. */
  readonly tag: string;
}

/**
 * Returns the text with each image's entry set to its tag and digest; the same text when it says so already. Entries that
 * stand there are changed in place; only to add an entry is the file written anew, with its comments kept.
 * @throws AppError `InvalidInputError` when the text is not a kustomization.
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export function editKustomization(text: string, changes: readonly ImageChange[]): string {
  let edited = text;
  for (const { image, digest, tag } of changes) {
    edited = setField(edited, image, 'newTag', tag);
    edited = setField(edited, image, 'digest', digest);
  }
  return edited;
}

/** The digest that each image stands at now; images that are not pinned are left out. */
export function readDigests(text: string): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const item of findImages(parse(text))?.items ?? []) {
    const name = isMap(item) ? item.get('name') : undefined;
    const digest = isMap(item) ? item.get('digest') : undefined;
    if (typeof name === 'string' && typeof digest === 'string') digests[name] = digest;
  }
  return digests;
}

function setField(text: string, image: string, field: 'newTag' | 'digest', value: string): string {
  const document = parse(text);
  const entry = findImages(document)?.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === image);
  if (entry === undefined) return addEntry(document, { name: image, [field]: value });
  const node = entry.get(field, true);
  if (isScalar(node) && node.range) {
    if (node.value === value) return text;
    return text.slice(0, node.range[0]) + format(value) + text.slice(node.range[1]);
  }
  const last = entry.items.at(-1)?.value;
  const start = entry.range?.[0];
  if (entry.flow || !isScalar(last) || !last.range || start === undefined)
    return addField(document, entry, field, value);
  const lineEnd = text.indexOf('\n', last.range[1]);
  const position = lineEnd === -1 ? text.length : lineEnd;
  const indent = ' '.repeat(start - text.lastIndexOf('\n', start - 1) - 1);
  return `${text.slice(0, position)}\n${indent}${field}: ${format(value)}${text.slice(position)}`;
}

function addEntry(document: Document, entry: object): string {
  if (!document.has('images')) document.set('images', document.createNode([]));
  document.addIn(['images'], document.createNode(entry));
  return document.toString({ lineWidth: 0 });
}

function addField(document: Document, entry: YAMLMap, field: string, value: string): string {
  entry.set(field, value);
  return document.toString({ lineWidth: 0 });
}

/** A value as YAML writes it: quoted where it would not be read as text otherwise. */
function format(value: string): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function parse(text: string): Document {
  const document = parseDocument(text);
  if (document.errors.length === 0 && isMap(document.contents)) return document;
  const problem = document.errors[0]?.message ?? 'it is not a map';
  throw new AppError('InvalidInputError', `the kustomization cannot be read: ${problem}`);
}

function findImages(document: Document): YAMLSeq | undefined {
  const images = document.get('images', true);
  if (images === undefined || isSeq(images)) return images as YAMLSeq | undefined;
  throw new AppError('InvalidInputError', 'images of the kustomization must be a list');
}
