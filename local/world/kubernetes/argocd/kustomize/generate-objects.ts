// The configMapGenerator and secretGenerator of a kustomization: data from literals and files, names with a content hash.
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { JsonObject } from '../../resources/kubernetes-object.ts';
import { followNames } from './rename-objects.ts';

export interface GeneratorOptions {
  readonly disableNameSuffixHash?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

export interface Generator {
  readonly name: string;
  readonly namespace?: string;
  readonly behavior?: 'create' | 'replace' | 'merge';
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
  readonly envs?: readonly string[];
  readonly type?: string;
  readonly options?: GeneratorOptions;
}

interface Generators {
  configMapGenerator?: readonly Generator[];
  secretGenerator?: readonly Generator[];
  generatorOptions?: GeneratorOptions;
}

/** The objects with the generated ones added, and references to these following their hashed names. */
export function generateObjects(
  objects: readonly JsonObject[],
  { configMapGenerator = [], secretGenerator = [], generatorOptions = {} }: Generators,
  read: (path: string) => string,
): JsonObject[] {
  const renamed = new Map<string, string>();
  const generate = (kind: 'ConfigMap' | 'Secret') => (generator: Generator) => {
    if (generator.behavior !== undefined && generator.behavior !== 'create')
      throw new Error(`${generator.name}: got behavior ${generator.behavior}, allowed is create`);
    const options = { ...generatorOptions, ...generator.options };
    const data = readData(generator, read);
    const object = buildObject(kind, generator, options, data);
    if (options.disableNameSuffixHash) return object;
    const name = `${generator.name}-${hashContent(object)}`;
    renamed.set(`${kind}/${generator.name}`, name);
    return { ...object, metadata: { ...(object.metadata as JsonObject), name } };
  };
  const generated = [...configMapGenerator.map(generate('ConfigMap')), ...secretGenerator.map(generate('Secret'))];
  return [...followNames(objects, renamed), ...generated];
}

function readData(
  { literals = [], files = [], envs = [] }: Generator,
  read: (path: string) => string,
): Record<string, string> {
  const split = (text: string): [string, string] => {
    const equals = text.indexOf('=');
    return [text.slice(0, equals), text.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2')];
  };
  const lines = envs
    .flatMap((path) => read(path).split('\n'))
    .filter((line) => line.includes('=') && !line.trim().startsWith('#'));
  return Object.fromEntries([
    ...(envs.length > 0 ? lines.map(split) : []),
    ...files.map((entry): [string, string] => {
      const equals = entry.indexOf('=');
      const path = equals === -1 ? entry : entry.slice(equals + 1);
      return [equals === -1 ? posix.basename(entry) : entry.slice(0, equals), read(path)];
    }),
    ...literals.map(split),
  ]);
}

function buildObject(
  kind: 'ConfigMap' | 'Secret',
  { name, namespace, type }: Generator,
  { labels, annotations, immutable }: GeneratorOptions,
  data: Readonly<Record<string, string>>,
): JsonObject {
  const encode = (value: string) => (kind === 'Secret' ? Buffer.from(value).toString('base64') : value);
  return {
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
    ...(kind === 'Secret' ? { type: type ?? 'Opaque' } : {}),
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encode(value)])),
    ...(immutable ? { immutable } : {}),
  };
}

/** kustomize's own hash, so that names equal those of the real one; the name, always empty, is part of it. */
function hashContent({ kind, data, type }: JsonObject): string {
  const sorted = Object.fromEntries(Object.entries(data as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1)));
  const content = { data: sorted, kind, name: '', ...(kind === 'Secret' ? { type } : {}) };
  const digits = createHash('sha256').update(encodeAsGo(content)).digest('hex').slice(0, 10);
  const replacements: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };
  return [...digits].map((digit) => replacements[digit] ?? digit).join('');
}

/** JSON as Go writes it: with the characters escaped that matter in HTML and JavaScript. */
function encodeAsGo(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
