// Finds the template of a nested stack among the assembly's assets.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateResource } from './template.ts';

const ASSET_HASH = /[0-9a-f]{64}/;

interface AssetManifest {
  readonly files?: Readonly<Record<string, { readonly source: { readonly path?: string } }>>;
}

/** By the metadata that the CDK CLI adds, else by the hash in the template's URL; an absolute path. */
export function findTemplateAsset(assemblyDirectory: string, resource: TemplateResource): string | undefined {
  const metadataPath = resource.Metadata?.['aws:asset:path'];
  if (typeof metadataPath === 'string') return join(assemblyDirectory, metadataPath);
  const [hash] = ASSET_HASH.exec(JSON.stringify(resource.Properties?.TemplateURL ?? '')) ?? [];
  if (hash === undefined) return undefined;
  for (const name of readdirSync(assemblyDirectory)) {
    if (!name.endsWith('.assets.json')) continue;
    const manifest = JSON.parse(readFileSync(join(assemblyDirectory, name), 'utf8')) as AssetManifest;
    const path = manifest.files?.[hash]?.source.path;
    if (path !== undefined) return join(assemblyDirectory, path);
  }
  return undefined;
}
