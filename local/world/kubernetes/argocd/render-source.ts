// The objects a path of a repository stands for: a kustomization, or plain YAML files.
import { posix } from 'node:path';
import { isJsonObject, type JsonObject } from '../resources/kubernetes-object.ts';
import { parseYamlDocuments } from '../resources/parse-yaml.ts';
import type { ApplicationSource } from './application.ts';
import type { FileTree } from './git-source.ts';
import { buildKustomization, findKustomizationFile } from './kustomize/build-kustomization.ts';

export interface RenderedSource {
  readonly sourceType: 'Kustomize' | 'Directory';
  readonly objects: readonly JsonObject[];
}

/** Throws Error naming the file or field at fault. */
export function renderSource(tree: FileTree, source: ApplicationSource): RenderedSource {
  const path = posix.normalize(source.path ?? '.').replace(/\/$/, '');
  if (path.startsWith('..') || path.startsWith('/'))
    throw new Error(`app path "${source.path}" is outside of the repository`);
  const prefix = path === '.' ? '' : `${path}/`;
  if (![...tree.keys()].some((file) => file.startsWith(prefix)))
    throw new Error(`${source.path}: app path does not exist`);
  if (findKustomizationFile(tree, path))
    return { sourceType: 'Kustomize', objects: buildKustomization(tree, path, source.kustomize) };
  const objects = [...tree]
    .filter(([file]) => file.startsWith(prefix) && /\.(ya?ml|json)$/.test(file))
    .filter(([file]) => source.directory?.recurse === true || !file.slice(prefix.length).includes('/'))
    .flatMap(([file, text]) => parseManifests(file, text));
  return { sourceType: 'Directory', objects };
}

/** The objects of a YAML file; `List`s are opened. Throws Error naming the file. */
export function parseManifests(file: string, text: string): JsonObject[] {
  return parseYamlDocuments(text).flatMap(({ value, error }) => {
    if (error !== undefined) throw new Error(`failed to parse ${file}: ${error}`);
    if (value === null || value === undefined) return [];
    if (!isJsonObject(value) || typeof value.kind !== 'string' || typeof value.apiVersion !== 'string')
      throw new Error(`failed to parse ${file}: an object with apiVersion and kind is expected`);
    if (value.kind === 'List' && Array.isArray(value.items)) return value.items.filter(isJsonObject);
    if (
      !isJsonObject(value.metadata) ||
      (typeof value.metadata.name !== 'string' && typeof value.metadata.generateName !== 'string')
    )
      throw new Error(`failed to parse ${file}: ${value.kind} without metadata.name`);
    return [value];
  });
}
