// Is one of the signatures of an image made by the configured key, for exactly this digest?
import { createPublicKey, verify } from 'node:crypto';
import type { Attestation } from './gate-facts.ts';

/** As cosign keeps it beside the image: the simple-signing payload, byte for byte, and the signature over it. */
export interface CosignSignature {
  readonly payload: Uint8Array;
  /** Base64. */
  readonly signature: string;
}

/** @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
export function verifyCosignSignature(
  signatures: readonly CosignSignature[],
  digest: string,
  publicKey: string,
): Attestation {
  if (signatures.length === 0) return { isAccepted: false, words: 'it is not signed: sign it with cosign' };
  const key = createPublicKey(publicKey);
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const isGenuine = ({ payload, signature }: CosignSignature): boolean =>
    verify(algorithm, payload, key, Buffer.from(signature, 'base64'));
  const genuine = signatures.filter(isGenuine);
  if (genuine.length === 0) return { isAccepted: false, words: 'no signature is by the configured key' };
  return genuine.some(({ payload }) => readSignedDigest(payload) === digest)
    ? { isAccepted: true, words: 'signed by the configured key' }
    : { isAccepted: false, words: 'it is signed for another digest' };
}

function readSignedDigest(payload: Uint8Array): unknown {
  try {
    const parsed = JSON.parse(Buffer.from(payload).toString('utf8')) as {
      critical?: { image?: { 'docker-manifest-digest'?: unknown } };
    };
    return parsed.critical?.image?.['docker-manifest-digest'];
  } catch {
    return undefined;
  }
}
