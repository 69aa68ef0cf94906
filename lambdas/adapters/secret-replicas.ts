// Asks Secrets Manager whether our secrets are the same in the recovery region, and sends those again that are not.
import {
  DescribeSecretCommand,
  ReplicateSecretToRegionsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { ReplicationParts } from '../../core/recovery/measure-replication.ts';

/** A replica that does not exist differs since the secret was last changed. What is under way is left alone. */
export function createSecretReplicas(
  client: SecretsManagerClient,
  recoveryRegion: string,
  secretIds: readonly string[],
): ReplicationParts['listSecrets'] {
  return async () =>
    await Promise.all(
      secretIds.map(async (SecretId) => {
        const secret = await client.send(new DescribeSecretCommand({ SecretId }));
        const replica = secret.ReplicationStatus?.find(({ Region }) => Region === recoveryRegion);
        const changedAt = secret.LastChangedDate ?? secret.CreatedDate ?? new Date(0);
        const isResent = replica === undefined || replica.Status === 'Failed';
        if (isResent) {
          const AddReplicaRegions = [{ Region: recoveryRegion }];
          // Over a secret of the same name that somebody has made there: it would stand in the way for ever.
          await client.send(
            new ReplicateSecretToRegionsCommand({ SecretId, AddReplicaRegions, ForceOverwriteReplicaSecret: true }),
          );
        }
        return {
          name: secret.Name ?? SecretId,
          differsSince: replica?.Status === 'InSync' ? undefined : changedAt.toISOString(),
          isResent,
        };
      }),
    );
}
