// Reads the signatures that cosign keeps beside an image, and has them verified.
import * as z from 'zod/mini';
import type { ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { Attestation } from '../../core/gates/gate-facts.ts';
import { type CosignSignature, verifyCosignSignature } from '../../core/gates/verify-cosign-signature.ts';
import type { OciRegistry } from './oci-registry.ts';

const manifestSchema = z.object({
  layers: z.array(
    z.object({
      digest: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
      annotations: z.optional(z.record(z.string(), z.string())),
    }),
  ),
});
const signatureAnnotation = 'dev.cosignproject.cosign/signature';
/** An image has one or two; a hundred would be a flood. */
const maximumSignatures = 20;

/** @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
export function createCosignAttester(
  registry: Pick<OciRegistry, 'readManifest' | 'readBlob'>,
  publicKey: string,
): (service: ResolvedService) => Promise<Attestation> {
  return async ({ image, digest = '' }) =>
    verifyCosignSignature(await readSignatures(registry, image, digest), digest, publicKey);
}

async function readSignatures(
  registry: Pick<OciRegistry, 'readManifest' | 'readBlob'>,
  image: string,
  digest: string,
): Promise<CosignSignature[]> {
  const manifest = await registry.readManifest(image, `${digest.replace(':', '-')}.sig`);
  if (manifest === undefined) return [];
  const { layers } = manifestSchema.parse(JSON.parse(Buffer.from(manifest).toString('utf8')));
  const signed = layers.flatMap(({ digest: blob, annotations }) => {
    const signature = annotations?.[signatureAnnotation];
    return signature === undefined ? [] : [{ blob, signature }];
  });
  return await Promise.all(
    signed.slice(0, maximumSignatures).map(async ({ blob, signature }) => ({
      signature,
      payload: await registry.readBlob(image, blob),
    })),
  );
}
