// The bucket of an environment's backups: nobody can delete in it, what is due goes by itself.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectLockRetention,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { BackupsConfiguration } from '../../config/schema.ts';
import { backupTiers } from '../../contracts/ledger/backups.ts';
import { archivesPrefix } from '../../contracts/point-in-time.ts';
import { retentionDays } from '../../contracts/retention.ts';
import { acceptFinding } from '../constructs/accepted-findings.ts';

export interface BackupBucketProps {
  readonly bucketName: string;
  readonly key: IKey;
  readonly backups: BackupsConfiguration;
}

/**
 * Private, encrypted, over TLS only, versioned, locked. Objects carry `retention=<tier>`, by which the lifecycle takes them; an
 * object with any other value of it stays. Deleting is denied to everybody: the lifecycle is not a principal.
 */
export class BackupBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { bucketName, key, backups }: BackupBucketProps) {
    super(scope, id);
    // The shortest promise, for objects that come without a lock of their own (results, a hand-made upload).
    const shortest = Duration.days(1);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention:
        backups.lock === 'compliance'
          ? ObjectLockRetention.compliance(shortest)
          : ObjectLockRetention.governance(shortest),
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: lifecycleOf(backups),
    });
    this.denyDeletion();
    acceptFinding(this.bucket, 'S1');
  }

  private denyDeletion(): void {
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OnlyTheLifecycleDeletes',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [
          's3:DeleteObject',
          's3:DeleteObjectVersion',
          's3:DeleteBucket',
          's3:BypassGovernanceRetention',
          's3:DeleteObjectTagging',
          's3:DeleteObjectVersionTagging',
        ],
        resources: [this.bucket.bucketArn, this.bucket.arnForObjects('*')],
      }),
    );
  }
}

function lifecycleOf({ retention, pointInTimeDays }: BackupsConfiguration): LifecycleRule[] {
  return [
    ...backupTiers.map((tier) => ({
      id: `expire-${tier}`,
      tagFilters: { retention: tier },
      expiration: Duration.days(retentionDays(retention, tier)),
    })),
    {
      // A base backup is taken every day: the one before the first promised moment is still there two days later.
      id: 'expire-archives',
      prefix: archivesPrefix,
      expiration: Duration.days(pointInTimeDays + 2),
    },
    { id: 'expire-results', prefix: 'results/', expiration: Duration.days(retention.dailyDays) },
    {
      // A version that is no longer current was expired, or written over by a second attempt: its lock decides how long it stays.
      id: 'remove-versions',
      noncurrentVersionExpiration: Duration.days(1),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    },
    { id: 'remove-markers', expiredObjectDeleteMarker: true },
  ];
}
