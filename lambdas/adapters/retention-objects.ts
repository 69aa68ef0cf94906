// What backups consist of, as far as their age is concerned: objects of S3, or snapshots of RDS in both regions.
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import type { Configuration } from '../../config/schema.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { RetentionObjects } from '../../core/backups/apply-retention.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { createS3RetentionObjects } from './s3-retention-objects.ts';
import { createSnapshotRetention } from './snapshot-retention.ts';

export function createRetentionObjects({ aws }: Pick<Configuration, 'aws'>): RetentionObjects {
  const dumps = createS3RetentionObjects(new S3Client(awsClientOptions));
  const there = new RDSClient({ ...awsClientOptions, region: aws.recoveryRegion });
  const snapshots = createSnapshotRetention(new RDSClient(awsClientOptions), there);
  const placesOf = ({ method }: BackupRecord) => (method === 'snapshot' ? snapshots : dumps);
  return {
    areThere: (backup) => placesOf(backup).areThere(backup),
    tag: (backup, tag) => placesOf(backup).tag(backup, tag),
    remove: (backup) => placesOf(backup).remove(backup),
  };
}
