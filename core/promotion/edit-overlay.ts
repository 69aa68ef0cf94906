// Reads and sets what an overlay says beside images: numbers of pods, and the patches that the automation writes.
import { type Document, isMap, isScalar, isSeq, parseDocument, type Scalar, stringify, type YAMLMap } from 'yaml';
import { AppError } from '../app-error.ts';

/** @see https://datatracker.ietf.org/doc/html/rfc6902 */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** Which patch is meant: other patches of the same object are people's own. */
export interface PatchTarget {
  readonly kind: string;
  readonly name: string;
  /** A path that it sets. */
  readonly path: string;
}

/** Of a Deployment, 1 when the overlay says nothing. */
export function readReplicas(text: string, name: string): number {
  const count = findReplicas(parse(text), name)?.get('count');
  return typeof count === 'number' ? count : 1;
}

/** @throws AppError `InvalidInputError` when the overlay has no entry for it: which file it stands in is the team's choice. */
export function setReplicas(text: string, name: string, count: number): string {
  const node = findReplicas(parse(text), name)?.get('count', true);
  if (!isScalar(node)) throw missing(`replicas entry for ${name}`);
  return replaceScalar(text, node, count);
}

/** The operations of the patch; undefined when there is none. */
export function readPatch(text: string, target: PatchTarget): readonly PatchOperation[] | undefined {
  return operationsOf(findPatch(parse(text), target));
}

/** Writes the operations of the patch for the object, on one line. @throws AppError `InvalidInputError` when there is no such patch. */
export function setPatch(text: string, target: PatchTarget, operations: readonly PatchOperation[]): string {
  const node = findPatch(parse(text), target);
  if (node === undefined) throw missing(`patch for ${target.kind} ${target.name}`);
  const before = readPatch(text, target);
  if (JSON.stringify(before) === JSON.stringify(operations)) return text;
  return replaceScalar(text, node, JSON.stringify(operations));
}

function findReplicas(document: Document, name: string): YAMLMap | undefined {
  return findItem(document, 'replicas', (item) => item.get('name') === name);
}

function findPatch(document: Document, { kind, name, path }: PatchTarget): Scalar | undefined {
  const item = findItem(document, 'patches', (entry) => {
    const target = entry.get('target', true);
    if (!isMap(target) || target.get('kind') !== kind || target.get('name') !== name) return false;
    return operationsOf(entry.get('patch', true))?.some((operation) => operation.path === path) ?? false;
  });
  const node = item?.get('patch', true);
  return isScalar(node) ? node : undefined;
}

function operationsOf(node: unknown): readonly PatchOperation[] | undefined {
  if (!isScalar(node) || typeof node.value !== 'string') return undefined;
  const operations: unknown = parseDocument(node.value).toJS();
  return Array.isArray(operations) ? (operations as PatchOperation[]) : undefined;
}

function findItem(document: Document, list: string, matches: (item: YAMLMap) => boolean): YAMLMap | undefined {
  const items = document.get(list, true);
  if (!isSeq(items)) return undefined;
  return items.items.find((item): item is YAMLMap => isMap(item) && matches(item));
}

/** Every other character stays as people wrote it. */
function replaceScalar(text: string, node: Scalar, value: string | number): string {
  if (node.value === value || !node.range) return text;
  const written =
    typeof value === 'number' ? String(value) : stringify(value, { lineWidth: 0, defaultStringType: 'QUOTE_SINGLE' });
  return text.slice(0, node.range[0]) + written.trimEnd() + text.slice(node.range[1]);
}

function parse(text: string): Document {
  const document = parseDocument(text);
  if (document.errors.length === 0 && isMap(document.contents)) return document;
  const problem = document.errors[0]?.message ?? 'it is not a map';
  throw new AppError('InvalidInputError', `the kustomization cannot be read: ${problem}`);
}

function missing(what: string): AppError {
  return new AppError(
    'InvalidInputError',
    `the overlay has no ${what}: copy it from gitops/overlays of the automation`,
  );
}
