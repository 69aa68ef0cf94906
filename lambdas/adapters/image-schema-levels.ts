// Reads from an image's own labels which schema its migrations reach, and which versions still work with that.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import { parseLevels, type ReadLevels, type SchemaLevels } from '../../core/migrations/schema-levels.ts';
import type { OciRegistry } from './oci-registry.ts';

const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));
const manifestSchema = z.union([
  z.object({ config: z.object({ digest }) }),
  z.object({ manifests: z.array(z.object({ digest })).check(z.minLength(1)) }),
]);
const imageSchema = z.object({
  config: z.optional(z.object({ Labels: z.optional(z.nullable(z.record(z.string(), z.string()))) })),
});
/** What stands under a digest never changes. */
const maximumRemembered = 500;

/** Of an image for several platforms the first one speaks: they are built from one source. @see https://github.com/opencontainers/image-spec */
export function createImageSchemaLevels(
  registry: Pick<OciRegistry, 'readManifest' | 'readBlob'>,
  labels: { readonly level: string; readonly compatibleFrom: string },
): ReadLevels {
  const remembered = new Map<string, SchemaLevels | string>();
  return async (image, reference) => {
    const known = remembered.get(reference);
    if (known !== undefined) return known;
    const { config } = imageSchema.parse(
      parse(await registry.readBlob(image, await findConfiguration(image, reference))),
    );
    const levels = parseLevels(config?.Labels?.[labels.level], config?.Labels?.[labels.compatibleFrom]);
    if (remembered.size >= maximumRemembered) remembered.clear();
    remembered.set(reference, levels);
    return levels;
  };

  async function findConfiguration(image: string, reference: string, depth = 0): Promise<string> {
    const bytes = await registry.readManifest(image, reference);
    if (bytes === undefined) throw new AppError('NotFoundError', `${image}@${reference} is not in the registry`);
    const manifest = manifestSchema.parse(parse(bytes));
    if ('config' in manifest) return manifest.config.digest;
    if (depth > 0) throw new AppError('UpstreamUnavailableError', `the index of ${image} leads to another index`);
    return await findConfiguration(image, manifest.manifests[0]?.digest ?? '', depth + 1);
  }
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}
