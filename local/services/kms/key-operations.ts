// DescribeKey, ListKeys, ListAliases, GetKeyPolicy, EnableKey and DisableKey.
import type { RuntimeContext } from '../../runtime/context.ts';
import type { CallContext, Operation } from '../../runtime/service.ts';
import type { KeyRing } from './key-ring.ts';

interface KeyReference {
  readonly KeyId?: string | undefined;
}

export function createKeyOperations(context: RuntimeContext, keys: KeyRing): Record<string, Operation> {
  const onKey =
    (action: string) =>
    ({ KeyId = '' }: KeyReference, call: CallContext) => [{ action, resource: keys.resolveArn(KeyId, call.region) }];
  const setEnabled =
    (enabled: boolean) =>
    async ({ KeyId = '' }: KeyReference, call: CallContext) => {
      keys.define({ ...keys.get(KeyId, call.region), enabled });
      await context.store.flush();
      return {};
    };
  return {
    DescribeKey: {
      authorize: onKey('kms:DescribeKey'),
      handle: ({ KeyId = '' }: KeyReference, call: CallContext) => {
        const key = keys.get(KeyId, call.region);
        return {
          KeyMetadata: {
            AWSAccountId: context.accountId,
            KeyId: key.keyId,
            Arn: key.arn,
            Description: key.description,
            Enabled: key.enabled,
            KeyState: key.enabled ? 'Enabled' : 'Disabled',
            KeyUsage: key.usage,
            KeyManager: 'CUSTOMER',
            Origin: 'AWS_KMS',
            CreationDate: new Date(key.createdAt),
          },
        };
      },
    },
    ListKeys: {
      authorize: () => [{ action: 'kms:ListKeys', resource: '*' }],
      handle: (_: object, call: CallContext) => ({
        Keys: keys.list(call.region).map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn })),
        Truncated: false,
      }),
    },
    ListAliases: {
      authorize: () => [{ action: 'kms:ListAliases', resource: '*' }],
      handle: (_: object, call: CallContext) => ({
        Aliases: keys.listAliases(call.region).map(({ arn, keyArn }) => ({
          AliasArn: arn,
          AliasName: arn.slice(arn.indexOf('alias/')),
          TargetKeyId: keyArn.split('/').at(-1),
        })),
        Truncated: false,
      }),
    },
    GetKeyPolicy: {
      authorize: onKey('kms:GetKeyPolicy'),
      handle: ({ KeyId = '' }: KeyReference, call: CallContext) => ({
        Policy: JSON.stringify(keys.get(KeyId, call.region).policy),
      }),
    },
    EnableKey: { authorize: onKey('kms:EnableKey'), handle: setEnabled(true) },
    DisableKey: { authorize: onKey('kms:DisableKey'), handle: setEnabled(false) },
  };
}
