// The replication of the backup buckets into the recovery region, by S3 itself.
import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { backupReplicaKeyAlias, backupReplicaName } from '../../contracts/backup-places.ts';
import { acceptWildcard, acceptWildcardWithin } from '../constructs/accepted-findings.ts';
import { grantReplicaKey, objectsReason } from './bucket-grants.ts';

/** One role for all buckets; the replicas are encrypted under the recovery region's key, which is found by its alias. */
export function replicateBuckets(
  scope: Construct,
  buckets: ReadonlyMap<string, Bucket>,
  key: IKey,
  { application, recoveryRegion }: { readonly application: string; readonly recoveryRegion: string },
): void {
  const role = new Role(scope, 'Replication', {
    assumedBy: new ServicePrincipal('s3.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  const arnInRecoveryRegion = (resource: string, resourceName: string): string =>
    Arn.format(
      { service: 'kms', region: recoveryRegion, resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
      Stack.of(scope),
    );
  const alias = backupReplicaKeyAlias(application);
  for (const [environment, bucket] of buckets) {
    const replica = `arn:aws:s3:::${backupReplicaName(application, environment)}`;
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
        resources: [bucket.bucketArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          's3:GetObjectVersionForReplication',
          's3:GetObjectVersionAcl',
          's3:GetObjectVersionTagging',
          's3:GetObjectRetention',
          's3:GetObjectLegalHold',
        ],
        resources: [bucket.arnForObjects('*')],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          's3:ReplicateObject',
          's3:ReplicateTags',
          's3:ReplicateDelete',
          's3:ObjectOwnerOverrideToBucketOwner',
        ],
        resources: [`${replica}/*`],
      }),
    );
    acceptWildcardWithin(role, bucket, '/*', objectsReason);
    acceptWildcard(role, `${replica}/*`, objectsReason);
    (bucket.node.defaultChild as CfnBucket).replicationConfiguration = {
      role: role.roleArn,
      rules: [
        {
          id: 'to-the-recovery-region',
          priority: 1,
          status: 'Enabled',
          filter: { prefix: '' },
          // A delete marker of the lifecycle stays here: the replica has a lifecycle of its own.
          deleteMarkerReplication: { status: 'Disabled' },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
          destination: {
            bucket: replica,
            encryptionConfiguration: { replicaKmsKeyId: arnInRecoveryRegion('alias', alias.replace('alias/', '')) },
            // S3 promises 15 minutes, measures them, and tells of what took longer.
            metrics: { status: 'Enabled', eventThreshold: { minutes: 15 } },
            replicationTime: { status: 'Enabled', time: { minutes: 15 } },
          },
        },
      ],
    };
  }
  role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [key.keyArn] }));
  const target = { application, recoveryRegion };
  grantReplicaKey(scope, role, role, target, ['kms:GenerateDataKey', 'kms:Encrypt']);
}
