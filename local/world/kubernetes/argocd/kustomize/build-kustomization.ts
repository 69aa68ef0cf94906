// The subset of kustomize that overlays are made of. A field outside of it is refused by name, never ignored.
// https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
import { posix } from 'node:path';
import { isJsonObject, type JsonObject } from '../../resources/kubernetes-object.ts';
import { parseYaml } from '../../resources/parse-yaml.ts';
import type { ApplicationSource } from '../application.ts';
import type { FileTree } from '../git-source.ts';
import { parseManifests } from '../render-source.ts';
import { type Generator, type GeneratorOptions, generateObjects } from './generate-objects.ts';
import { type ImageOverride, overrideImages, parseImageOverride } from './override-images.ts';
import { type Patch, patchObjects } from './patch-objects.ts';
import { renameObjects } from './rename-objects.ts';
import { addAnnotations, addLabels, type LabelRule, setNamespace, setReplicas } from './transform-objects.ts';

interface Kustomization {
  resources?: string[];
  bases?: string[];
  namespace?: string;
  namePrefix?: string;
  nameSuffix?: string;
  commonLabels?: Record<string, string>;
  commonAnnotations?: Record<string, string>;
  labels?: LabelRule[];
  images?: ImageOverride[];
  replicas?: { name: string; count: number }[];
  patches?: Patch[];
  patchesStrategicMerge?: string[];
  patchesJson6902?: Patch[];
  configMapGenerator?: Generator[];
  secretGenerator?: Generator[];
  generatorOptions?: GeneratorOptions;
}

const supportedFields = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'resources',
  'bases',
  'namespace',
  'namePrefix',
  'nameSuffix',
  'commonLabels',
  'commonAnnotations',
  'labels',
  'images',
  'replicas',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'configMapGenerator',
  'secretGenerator',
  'generatorOptions',
]);

/** The kustomization file of a directory, by one of its three allowed names. */
export function findKustomizationFile(tree: FileTree, directory: string): string | undefined {
  return ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
    .map((name) => posix.join(directory, name))
    .find((path) => tree.has(path));
}

/** What `kustomize build` prints for a directory, as objects. Throws Error naming the file and the problem. */
export function buildKustomization(
  tree: FileTree,
  directory: string,
  overrides?: ApplicationSource['kustomize'],
  ancestors: readonly string[] = [],
): JsonObject[] {
  const file = findKustomizationFile(tree, directory);
  if (!file)
    throw new Error(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${directory}'`,
    );
  if (ancestors.includes(directory)) throw new Error(`cycle detected: ${[...ancestors, directory].join(' -> ')}`);
  const kustomization = parseKustomization(file, tree.get(file) ?? '');
  const read = (path: string) => readFile(tree, directory, path);
  let objects = [...(kustomization.resources ?? []), ...(kustomization.bases ?? [])].flatMap((entry) =>
    loadResource(tree, directory, entry, ancestors),
  );
  requireUnique(file, objects);
  objects = generateObjects(objects, kustomization, read);
  objects = patchObjects(objects, collectPatches(kustomization), read);
  if (overrides) applyOverrides(kustomization, overrides);
  if (kustomization.namespace) objects = setNamespace(objects, kustomization.namespace);
  objects = renameObjects(objects, kustomization.namePrefix ?? '', kustomization.nameSuffix ?? '');
  const commonLabels = kustomization.commonLabels;
  const rules = [
    ...(commonLabels ? [{ pairs: commonLabels, includeSelectors: true }] : []),
    ...(kustomization.labels ?? []),
  ];
  for (const rule of rules) objects = addLabels(objects, rule);
  objects = addAnnotations(objects, kustomization.commonAnnotations ?? {});
  objects = setReplicas(objects, kustomization.replicas ?? []);
  return overrideImages(objects, kustomization.images ?? []);
}

function parseKustomization(file: string, text: string): Kustomization {
  const value = parseYaml(text);
  if (!isJsonObject(value)) throw new Error(`${file}: a kustomization is expected, got ${JSON.stringify(value)}`);
  const unknown = Object.keys(value).filter((field) => !supportedFields.has(field));
  if (unknown.length > 0)
    throw new Error(
      `${file}: got the field ${unknown.join(', ')}, which this renderer lacks; it knows ${[...supportedFields].join(', ')}`,
    );
  return value as Kustomization;
}

function loadResource(tree: FileTree, directory: string, entry: string, ancestors: readonly string[]): JsonObject[] {
  const path = posix.normalize(posix.join(directory, entry)).replace(/\/$/, '');
  if (entry.includes('://') || path.startsWith('..'))
    throw new Error(`${directory}: resource '${entry}' is outside of the repository`);
  const text = tree.get(path);
  if (text !== undefined) return parseManifests(path, text);
  if (![...tree.keys()].some((name) => name.startsWith(`${path}/`)))
    throw new Error(
      `accumulating resources: accumulation err='accumulating resources from '${entry}': '${path}' doesn't exist'`,
    );
  return buildKustomization(tree, path, undefined, [...ancestors, directory]);
}

function readFile(tree: FileTree, directory: string, entry: string): string {
  const path = posix.normalize(posix.join(directory, entry));
  const text = path.startsWith('..') ? undefined : tree.get(path);
  if (text === undefined) throw new Error(`${directory}: file '${entry}' doesn't exist`);
  return text;
}

function requireUnique(file: string, objects: readonly JsonObject[]): void {
  const seen = new Set<string>();
  for (const object of objects) {
    const metadata = object.metadata as JsonObject;
    const id = [object.apiVersion, object.kind, metadata.namespace, metadata.name].join('/');
    if (seen.has(id) && metadata.name !== undefined)
      throw new Error(`${file}: may not add resource with an already registered id: ${id}`);
    seen.add(id);
  }
}

function collectPatches(kustomization: Kustomization): Patch[] {
  const strategic = (kustomization.patchesStrategicMerge ?? []).map(
    (entry): Patch => (entry.includes('\n') ? { patch: entry } : { path: entry }),
  );
  return [...strategic, ...(kustomization.patches ?? []), ...(kustomization.patchesJson6902 ?? [])];
}

/** What the Application's `spec.source.kustomize` sets goes over what the file says. */
function applyOverrides(kustomization: Kustomization, overrides: NonNullable<ApplicationSource['kustomize']>): void {
  const { images, commonLabels, commonAnnotations, namespace, namePrefix, nameSuffix } = overrides;
  const parsed = (images ?? []).map(parseImageOverride);
  const others = (kustomization.images ?? []).filter((image) => !parsed.some(({ name }) => name === image.name));
  kustomization.images = [...others, ...parsed];
  if (commonLabels) kustomization.commonLabels = { ...kustomization.commonLabels, ...commonLabels };
  if (commonAnnotations) kustomization.commonAnnotations = { ...kustomization.commonAnnotations, ...commonAnnotations };
  if (namespace) kustomization.namespace = namespace;
  if (namePrefix) kustomization.namePrefix = namePrefix;
  if (nameSuffix) kustomization.nameSuffix = nameSuffix;
}
