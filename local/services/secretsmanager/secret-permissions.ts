// What a caller needs for an operation on a secret.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
import { type EncryptionUse, listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import type { Permission } from '../../runtime/service.ts';
import type { SecretTable } from './secret-table.ts';

/** The permission on the secret and, with `keyActions`, those on the key that it is encrypted with. */
export function listSecretPermissions(
  secrets: SecretTable,
  call: { action: string; secretId: string | undefined; region: string; versionStage?: string | undefined },
  keyActions: EncryptionUse['actions'] = [],
): Permission[] {
  const { action, secretId = '', region, versionStage } = call;
  const secret = secrets.find(region, secretId);
  const resource = findResource(secrets, region, secretId, secret?.name);
  const tags = Object.entries(secret?.tags ?? {});
  const context = {
    'secretsmanager:SecretId': resource,
    ...(versionStage !== undefined && { 'secretsmanager:VersionStage': versionStage }),
    ...(secret !== undefined && { 'secretsmanager:SecretPrimaryRegion': secret.region }),
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
    ...Object.fromEntries(tags.map(([key, value]) => [`secretsmanager:ResourceTag/${key}`, value])),
  };
  const keyId = secret === undefined ? undefined : secrets.keyIdOf(secret, region);
  const encryptionContext = { SecretARN: resource };
  return [
    { action: `secretsmanager:${action}`, resource, context },
    ...listEncryptionPermissions({ keyId, actions: keyActions, service: 'secretsmanager', region, encryptionContext }),
  ];
}

/** The ARN of a secret that exists; what the caller wrote for one that does not. */
function findResource(secrets: SecretTable, region: string, secretId: string, name: string | undefined): string {
  if (name !== undefined) return secrets.arnOf(region, name);
  return secretId.startsWith('arn:') ? secretId : secrets.arnOf(region, secretId).replace(/-[A-Za-z0-9]{6}$/, '');
}
