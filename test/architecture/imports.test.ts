// Who may import whom: the directions of docs/architecture.md, read off the import statements.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Layer by path, the most specific first (local/world before local), each with the layers that it may import beside itself. */
const layers: readonly (readonly [path: string, allowed: readonly string[]])[] = [
  ['contracts', []],
  ['config', ['contracts']],
  ['core', ['config', 'contracts']],
  ['lambdas', ['core', 'config', 'contracts']],
  ['lib', ['contracts', 'config']],
  ['cli', ['contracts']],
  ['containers', ['core', 'contracts']],
  ['console', ['contracts']],
  ['local/world', ['local', 'config']],
  ['local', []],
];

function layerOf(path: string): string | undefined {
  return layers.find(([layer]) => path === layer || path.startsWith(`${layer}/`))?.[0];
}

function listSources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(join(root, path)).isDirectory()) return listSources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function listImports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, specifier]) =>
    String(specifier),
  );
  return specifiers.map((specifier) => relative(root, join(root, dirname(file), specifier)));
}

const existing = layers
  .map(([layer]) => layer)
  .filter((layer) => statSync(join(root, layer), { throwIfNoEntry: false }) !== undefined);

describe('import directions', () => {
  it.each(existing)('%s imports only what lies below it', (layer) => {
    const allowed = new Set([layer, ...(layers.find(([path]) => path === layer)?.[1] ?? [])]);
    const wrong = listSources(layer)
      .filter((file) => layerOf(file) === layer)
      .flatMap((file) => listImports(file).map((target) => ({ file, target, to: layerOf(target) })))
      .filter(({ to }) => to === undefined || !allowed.has(to))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  it('covers every folder that holds sources of the product', () => {
    expect(listSources('core').length + listSources('local').length).toBeGreaterThan(20);
  });
});
