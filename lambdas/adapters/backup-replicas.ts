// Follows a backup to the recovery region: the objects of a dump or a configuration, the snapshot of what RDS runs.
import { RDSClient, RDSServiceException } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import type { Configuration } from '../../config/schema.ts';
import { followSnapshot } from '../../core/recovery/follow-snapshot.ts';
import type { ReplicationParts } from '../../core/recovery/measure-replication.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { logger } from '../platform/logger.ts';
import { createRdsSnapshots } from './rds-snapshots.ts';
import { createS3Replicas } from './s3-replicas.ts';

export function createBackupReplicas(configuration: Configuration): ReplicationParts['followObjects'] {
  const there = { ...awsClientOptions, region: configuration.aws.recoveryRegion };
  const followObjects = createS3Replicas(
    { here: new S3Client(awsClientOptions), there: new S3Client(there) },
    configuration,
  );
  // A copy is asked for in the region that it is made in.
  const snapshots = {
    here: createRdsSnapshots(new RDSClient(awsClientOptions)),
    there: createRdsSnapshots(new RDSClient(there)),
  };
  return async (backup, now) => {
    if (backup.method !== 'snapshot') return await followObjects(backup, now);
    try {
      return await followSnapshot(configuration, snapshots, backup, now);
    } catch (error) {
      // What RDS refuses for one snapshot must not keep the rest from being measured: its age goes on to grow, and is told.
      if (!(error instanceof RDSServiceException)) throw error;
      const { name, message } = error;
      logger.warn('a snapshot cannot be copied', { backupId: backup.backupId, error: `${name}: ${message}` });
      return { arrived: false, resent: 0 };
    }
  };
}
