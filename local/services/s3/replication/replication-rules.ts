// Where a version is to be replicated to: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
import type { ReplicationRule } from '@aws-sdk/client-s3';
import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectVersion } from '../objects/object-version.ts';

export interface ReplicationTarget {
  readonly bucket: string;
  readonly storageClass?: string;
  readonly keyId?: string;
}

/** One target per destination bucket, that of the rule with the highest priority. */
export function findReplicationTargets(
  bucket: Bucket,
  version: Pick<ObjectVersion, 'key' | 'content'>,
): ReplicationTarget[] {
  const rules = [...(bucket.replication?.Rules ?? [])]
    .filter((rule) => rule.Status === 'Enabled' && covers(rule, version))
    .sort((left, right) => (right.Priority ?? 0) - (left.Priority ?? 0));
  const targets = new Map<string, ReplicationTarget>();
  for (const { Destination } of rules) {
    const name = (Destination?.Bucket ?? '').split(':').at(-1) ?? '';
    if (targets.has(name)) continue;
    const keyId = Destination?.EncryptionConfiguration?.ReplicaKmsKeyID;
    targets.set(name, {
      bucket: name,
      ...(Destination?.StorageClass && { storageClass: Destination.StorageClass }),
      ...(keyId && { keyId }),
    });
  }
  return [...targets.values()];
}

function covers(rule: ReplicationRule, { key, content }: Pick<ObjectVersion, 'key' | 'content'>): boolean {
  const { Filter } = rule;
  const prefix = rule.Prefix ?? Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
  const tags = Filter?.And?.Tags ?? (Filter?.Tag ? [Filter.Tag] : []);
  if (!key.startsWith(prefix)) return false;
  if (!content) return tags.length === 0 && replicatesDeleteMarkers(rule);
  if (!tags.every(({ Key, Value }) => content.tags[Key ?? ''] === Value)) return false;
  const isCustomerEncrypted = content.encryption.algorithm !== 'AES256';
  return !isCustomerEncrypted || rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';
}

/** A rule of the first version, without a filter, always does. */
function replicatesDeleteMarkers(rule: ReplicationRule): boolean {
  return rule.Filter ? rule.DeleteMarkerReplication?.Status === 'Enabled' : true;
}
