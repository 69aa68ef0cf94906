// AWS::KMS::Key, ReplicaKey and Alias.
import type { RuntimeContext } from '../../runtime/context.ts';
import type { ResourceProvider } from '../../runtime/resource.ts';
import type { PolicyDocument } from '../../runtime/service.ts';
import { deriveKeyId, type KeyRing } from './key-ring.ts';

export function createKeyProviders(context: RuntimeContext, keys: KeyRing): ResourceProvider[] {
  return [
    {
      type: 'AWS::KMS::Key',
      properties: ['Description', 'Enabled', 'KeyPolicy', 'KeyUsage', 'KeySpec', 'MultiRegion'],
      withoutEffect: {
        EnableKeyRotation: 'the material of a local key stays as it is',
        RotationPeriodInDays: 'the material of a local key stays as it is',
        PendingWindowInDays: 'nothing deletes keys here',
        Tags: 'cost allocation',
      },
      create: async (resource) => {
        const properties = resource.properties as {
          Description?: string;
          Enabled?: boolean | string;
          KeyPolicy?: PolicyDocument;
          KeyUsage?: 'ENCRYPT_DECRYPT' | 'GENERATE_VERIFY_MAC';
          KeySpec?: string;
          MultiRegion?: boolean | string;
        };
        const spec = properties.KeySpec ?? 'SYMMETRIC_DEFAULT';
        if (!['SYMMETRIC_DEFAULT', 'HMAC_256'].includes(spec)) {
          throw new Error(`key ${resource.logicalId} is ${spec}: only SYMMETRIC_DEFAULT and HMAC_256 keys exist here`);
        }
        const id = deriveKeyId(`${resource.stack.name}/${resource.logicalId}`);
        const key = keys.define({
          region: resource.stack.region,
          keyId: String(properties.MultiRegion) === 'true' ? `mrk-${id.replaceAll('-', '')}` : id,
          description: properties.Description ?? '',
          enabled: String(properties.Enabled ?? true) === 'true',
          usage: properties.KeyUsage ?? 'ENCRYPT_DECRYPT',
          policy: properties.KeyPolicy ?? buildDefaultPolicy(resource.stack.accountId),
        });
        await context.store.flush();
        return { ref: key.keyId, attributes: { Arn: key.arn, KeyId: key.keyId } };
      },
    },
    {
      type: 'AWS::KMS::ReplicaKey',
      properties: ['Description', 'Enabled', 'KeyPolicy', 'PrimaryKeyArn'],
      withoutEffect: { PendingWindowInDays: 'nothing deletes keys here', Tags: 'cost allocation' },
      create: async (resource) => {
        const properties = resource.properties as {
          Description?: string;
          Enabled?: boolean | string;
          KeyPolicy?: PolicyDocument;
          PrimaryKeyArn: string;
        };
        const primary = keys.get(properties.PrimaryKeyArn, properties.PrimaryKeyArn.split(':')[3] ?? '');
        const key = keys.define({
          region: resource.stack.region,
          keyId: primary.keyId,
          description: properties.Description ?? primary.description,
          enabled: String(properties.Enabled ?? true) === 'true',
          usage: primary.usage,
          policy: properties.KeyPolicy ?? buildDefaultPolicy(resource.stack.accountId),
          material: primary.material,
        });
        await context.store.flush();
        return { ref: key.keyId, attributes: { Arn: key.arn, KeyId: key.keyId } };
      },
    },
    {
      type: 'AWS::KMS::Alias',
      properties: ['AliasName', 'TargetKeyId'],
      create: async (resource) => {
        const { AliasName, TargetKeyId } = resource.properties as { AliasName: string; TargetKeyId: string };
        const { region } = resource.stack;
        keys.defineAlias(region, AliasName, keys.get(TargetKeyId, region).arn);
        await context.store.flush();
        return { ref: AliasName, attributes: {} };
      },
    },
  ];
}

/** What KMS gives a key without a policy: the account's identity policies decide. */
export function buildDefaultPolicy(accountId: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  };
}
