// The pepper of an environment: what KMS makes of its name with a key that never leaves it.
import { GenerateMacCommand, type KMSClient } from '@aws-sdk/client-kms';

/** The same at each call; whoever may not use the key cannot make it. */
export function createKmsPepper(client: KMSClient, keyId: string): (environment: string) => Promise<Uint8Array> {
  return async (environment) => {
    const { Mac: mac } = await client.send(
      new GenerateMacCommand({
        KeyId: keyId,
        MacAlgorithm: 'HMAC_SHA_256',
        Message: Buffer.from(`configuration-backup/${environment}`),
      }),
    );
    if (mac === undefined) throw new Error('KMS made no pepper');
    return mac;
  };
}
