// Where the code of a function lies on disk: an asset folder of the assembly, or a folder made for inline code.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ResolvedResource } from '../../runtime/resource.ts';

interface AssetManifest {
  readonly files?: Readonly<Record<string, { readonly source: { readonly path?: string } }>>;
}

function findAssetInManifest(assemblyDirectory: string, stackName: string, hash: string): string | undefined {
  try {
    const text = readFileSync(join(assemblyDirectory, `${stackName}.assets.json`), 'utf8');
    return (JSON.parse(text) as AssetManifest).files?.[hash]?.source.path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function findAssetDirectory(resource: ResolvedResource, code: Readonly<Record<string, unknown>>): string | undefined {
  const { assemblyDirectory, name } = resource.stack;
  const hash = String(code.S3Key ?? '')
    .replace(/^.*\//, '')
    .replace(/\.zip$/, '');
  const metadataPath = resource.metadata['aws:asset:path'];
  const candidates = [
    typeof metadataPath === 'string' ? metadataPath : undefined,
    findAssetInManifest(assemblyDirectory, name, hash),
    `asset.${hash}`,
  ];
  return candidates
    .filter((candidate) => candidate !== undefined)
    .map((candidate) => resolve(assemblyDirectory, candidate))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
}

/**
 * The folder that stands for /var/task. Inline code (`ZipFile`) is written under `inlineDirectory` as `index.js`.
 * Throws when the assembly holds no folder for the code: zip files and images are not supported.
 */
export function getCodeDirectory(resource: ResolvedResource, inlineDirectory: string): string {
  const code = (resource.properties.Code ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof code.ZipFile === 'string') {
    const directory = join(inlineDirectory, `${resource.stack.name}-${resource.logicalId}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'index.js'), code.ZipFile);
    return directory;
  }
  const directory = findAssetDirectory(resource, code);
  if (directory) return directory;
  throw new Error(
    `${resource.type} "${resource.logicalId}": no folder in ${resource.stack.assemblyDirectory} holds its code ${JSON.stringify(code)}: ` +
      'use an asset directory or inline code, zip files and container images do not run here',
  );
}
