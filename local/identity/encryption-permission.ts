// What a caller needs of a customer's key when a service encrypts or decrypts on the caller's behalf.
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
import type { Permission } from '../runtime/service.ts';

export interface EncryptionUse {
  /** `KmsKeyId` as the resource has it; a key of AWS's own (`alias/aws/…`, or none) needs no permission. */
  readonly keyId: string | undefined;
  readonly actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey' | 'kms:Encrypt')[];
  /** The service that uses the key, as in `kms:ViaService`: `sqs`, `secretsmanager` … */
  readonly service: string;
  readonly region: string;
  readonly encryptionContext?: Readonly<Record<string, string>>;
}

/** The permissions on the key; none when the key is AWS's own or is named by an alias, which says nothing about its policy. */
export function listEncryptionPermissions(use: EncryptionUse): Permission[] {
  const { keyId } = use;
  if (keyId === undefined || !/^arn:[^:]*:kms:[^:]*:[^:]*:key\//.test(keyId)) return [];
  const encryptionContext = Object.entries(use.encryptionContext ?? {});
  const context = {
    'kms:ViaService': `${use.service}.${use.region}.amazonaws.com`,
    'kms:EncryptionContextKeys': encryptionContext.map(([key]) => key),
    ...Object.fromEntries(encryptionContext.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
  };
  return use.actions.map((action) => ({ action, resource: keyId, context }));
}
