// Keeps the keys of the Sealed Secrets controller in escrow: without them a backup of SealedSecrets opens nothing.
import type { PlannedConfigurationBackup } from '../../contracts/workflows/back-up-configuration.ts';
import { AppError } from '../app-error.ts';
import type { KubernetesObject } from './describe-object.ts';

export interface EscrowParts {
  /** The Secrets with the controller's label. */
  listKeys(environment: string): Promise<readonly KubernetesObject[]>;
  /** Under a key of KMS that no role of ours may decrypt with. */
  encrypt(plaintext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>;
  put(backup: PlannedConfigurationBackup, key: string, content: Uint8Array): Promise<void>;
}

/** What KMS encrypts at once: a key of 4,096 bits as PEM fits. */
const maximumBytes = 4_096;

/** One object for each key, in its own prefix. Private keys are encrypted before they leave this function. */
export async function escrowSealingKeys(
  parts: EscrowParts,
  backup: PlannedConfigurationBackup,
  sealedSecrets: number,
): Promise<number> {
  const keys = await parts.listKeys(backup.environment);
  if (keys.length === 0 && sealedSecrets > 0)
    throw new AppError(
      'NotFoundError',
      `${backup.environment} has ${sealedSecrets} SealedSecrets and no sealing key was found: set configurationBackups.sealingKeysNamespace to where the controller runs`,
    );
  for (const { metadata, data } of keys) {
    const { 'tls.crt': certificate = '', 'tls.key': privateKey = '' } = (data ?? {}) as Record<string, string>;
    const plaintext = Buffer.from(privateKey, 'base64');
    if (plaintext.byteLength === 0 || plaintext.byteLength > maximumBytes)
      throw new AppError(
        'InvalidInputError',
        `sealing key ${metadata.name} has ${plaintext.byteLength} bytes, 1 to ${maximumBytes} can be kept`,
      );
    const context = { purpose: 'sealing-key-escrow', environment: backup.environment, name: metadata.name };
    const escrowed = {
      name: metadata.name,
      namespace: metadata.namespace,
      certificate,
      encryptionContext: context,
      privateKey: Buffer.from(await parts.encrypt(plaintext, context)).toString('base64'),
    };
    const prefix = backup.prefix.replace(/^configuration\//, 'sealing-keys/');
    await parts.put(backup, `${prefix}${metadata.name}.json`, Buffer.from(JSON.stringify(escrowed, null, 2)));
  }
  return keys.length;
}
