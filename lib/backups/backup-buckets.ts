// The backup buckets of all environments in the primary region, and which functions may read and write them.
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { backupBucketName, backupReplicaName } from '../../contracts/backup-places.ts';
import { acceptWildcard, acceptWildcardWithin } from '../constructs/accepted-findings.ts';
import { BackupBucket } from './backup-bucket.ts';
import { addBackupPods } from './backup-pods.ts';
import { grantObjects, grantReplicaKey, objectsReason, ownerOf } from './bucket-grants.ts';
import { replicateBuckets } from './replicate-buckets.ts';

export interface BackupBucketsProps {
  readonly configuration: Configuration;
  readonly key: IKey;
}

/** `<application>-<environment>-backups`, each replicated to `…-replica` in the recovery region and written by its own agent. */
export class BackupBuckets extends Construct {
  private readonly buckets: ReadonlyMap<string, Bucket>;
  private readonly key: IKey;
  private readonly target: { readonly application: string; readonly recoveryRegion: string };

  constructor(scope: Construct, id: string, { configuration, key }: BackupBucketsProps) {
    super(scope, id);
    this.key = key;
    const { application, backups, environments, aws } = configuration;
    this.target = { application, recoveryRegion: aws.recoveryRegion };
    this.buckets = new Map(
      Object.keys(environments).map((environment): [string, Bucket] => {
        const bucketName = backupBucketName(application, environment);
        return [environment, new BackupBucket(this, environment, { bucketName, key, backups }).bucket];
      }),
    );
    replicateBuckets(this, this.buckets, key, this.target);
    for (const [environment, bucket] of this.buckets) addBackupPods(this, environment, bucket, configuration, key);
  }

  /** The manifests, the results and what S3 knows of the dumps. */
  grantRead(grantee: IFunction): void {
    for (const bucket of this.buckets.values()) {
      grantObjects(grantee, bucket, ['s3:GetObject', 's3:ListBucket']);
    }
    Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [this.key.keyArn] });
  }

  /** Changes of the tag that the lifecycle goes by. */
  grantTag(grantee: IFunction): void {
    for (const bucket of this.buckets.values()) {
      grantObjects(grantee, bucket, ['s3:GetObjectTagging', 's3:PutObjectTagging']);
    }
  }

  /** To see whether every object stands in its replica, and to copy there what does not. */
  grantReplication(grantee: IFunction): void {
    for (const [environment, bucket] of this.buckets) {
      grantObjects(grantee, bucket, ['s3:GetObject', 's3:GetObjectTagging', 's3:ListBucket']);
      const replica = `arn:aws:s3:::${backupReplicaName(this.target.application, environment)}`;
      const objects = `${replica}/*`;
      const actions = ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:PutObjectRetention'];
      Grant.addToPrincipal({ grantee, actions, resourceArns: [objects] });
      Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [replica] });
      acceptWildcard(grantee.role ?? grantee, objects, objectsReason);
    }
    Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [this.key.keyArn] });
    const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
    grantReplicaKey(this, grantee, ownerOf(grantee), this.target, actions);
  }

  /** Objects below one prefix of every bucket: to write them, and to do what `further` names. */
  grantPrefix(grantee: IFunction, prefix: 'configuration' | 'sealing-keys', further: readonly string[] = []): void {
    const actions = ['s3:PutObject', 's3:PutObjectTagging', 's3:PutObjectRetention', ...further];
    for (const bucket of this.buckets.values()) {
      Grant.addToPrincipal({ grantee, actions, resourceArns: [bucket.arnForObjects(`${prefix}/*`)] });
      acceptWildcardWithin(grantee.role ?? grantee, bucket, `/${prefix}/*`, objectsReason);
    }
    const keyActions = ['kms:GenerateDataKey', ...(further.includes('s3:GetObject') ? ['kms:Decrypt'] : [])];
    Grant.addToPrincipal({ grantee, actions: keyActions, resourceArns: [this.key.keyArn] });
  }
}
