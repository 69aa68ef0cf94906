// Follows the objects of a backup to their replica: asks the source what S3 says of it, and the replica whether it is really there.
import {
  CopyObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Configuration } from '../../config/schema.ts';
import { backupReplicaName } from '../../contracts/backup-places.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { ReplicationParts } from '../../core/recovery/measure-replication.ts';

/** S3 promises 15 minutes; what is not there by then is sent again. */
const promisedMilliseconds = 15 * 60_000;

export function createS3Replicas(
  clients: { readonly here: S3Client; readonly there: S3Client },
  { application, backups: { lock } }: Pick<Configuration, 'application' | 'backups'>,
): ReplicationParts['followObjects'] {
  return async (backup, now) => {
    const { bucket = '', environment, tier, keepUntil } = backup;
    const replica = backupReplicaName(application, environment);
    let [arrived, resent, count] = [true, 0, 0];
    for (const Key of await listKeys(clients.here, backup)) {
      count += 1;
      const [source, copy] = await Promise.all([
        clients.here.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' })),
        findObject(clients.there, replica, Key),
      ]);
      if (copy !== undefined && isSame(source, copy)) continue;
      arrived = false;
      const age = Date.parse(now) - (source.LastModified?.getTime() ?? 0);
      if (source.ReplicationStatus !== 'FAILED' && age < promisedMilliseconds) continue;
      await clients.there.send(
        new CopyObjectCommand({
          Bucket: replica,
          Key,
          CopySource: `${bucket}/${Key.split('/').map(encodeURIComponent).join('/')}`,
          ChecksumAlgorithm: 'SHA256',
          Tagging: `retention=${tier}`,
          TaggingDirective: 'REPLACE',
          ObjectLockMode: lock === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
          ObjectLockRetainUntilDate: new Date(keepUntil),
        }),
      );
      resent += 1;
    }
    return { arrived: arrived && count > 0, resent };
  };
}

/** Those of a backup of the configuration are worth nothing without the sealing keys of its night. */
async function listKeys(client: S3Client, { bucket, prefix = '', subject }: BackupRecord): Promise<string[]> {
  const prefixes = [
    prefix,
    ...(subject === 'configuration' ? [prefix.replace(/^configuration\//, 'sealing-keys/')] : []),
  ];
  const keys: string[] = [];
  for (const Prefix of prefixes) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix }))
      keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
  }
  return keys;
}

/** ETags of encrypted objects differ from copy to copy, and so do checksums that S3 made of parts (`…-12`). */
function isSame(source: HeadObjectCommandOutput, copy: HeadObjectCommandOutput): boolean {
  const checksums = [source.ChecksumSHA256, copy.ChecksumSHA256].filter(
    (each) => each !== undefined && !each.includes('-'),
  );
  return source.ContentLength === copy.ContentLength && new Set(checksums).size <= 1;
}

async function findObject(client: S3Client, Bucket: string, Key: string): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined;
    throw error;
  }
}
