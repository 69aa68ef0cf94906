// The recovery region's buckets: what the primary region's backups are replicated to, before anything there refers to them.
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { backupReplicaKeyAlias, backupReplicaName } from '../../contracts/backup-places.ts';
import { BackupBucket } from '../backups/backup-bucket.ts';
import { EncryptionKey } from '../constructs/encryption-key.ts';

export interface BackupReplicasStackProps extends StackProps {
  readonly configuration: Configuration;
}

/** Deployed first: S3 takes a replication only to a bucket that exists. */
export class BackupReplicasStack extends Stack {
  readonly key: IKey;

  constructor(scope: Construct, id: string, { configuration, ...props }: BackupReplicasStackProps) {
    super(scope, id, props);
    const { application, backups, environments } = configuration;
    const { key } = new EncryptionKey(this, 'Encryption', { description: 'Replicas of the backups' });
    this.key = key;
    key.addAlias(backupReplicaKeyAlias(application));
    for (const environment of Object.keys(environments)) {
      const bucketName = backupReplicaName(application, environment);
      new BackupBucket(this, environment, { bucketName, key, backups });
    }
  }
}
