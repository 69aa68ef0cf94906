// The pods that write into the backup bucket of an environment: the agent's, and those of databases that archive their log.
import { Grant, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { backupReplicaName } from '../../contracts/backup-places.ts';
import { acceptWildcard, acceptWildcardWithin } from '../constructs/accepted-findings.ts';
import { grantObjects, grantReplicaKey, objectsReason } from './bucket-grants.ts';
import { PodIdentity } from './pod-identity.ts';

/** Roles of their own, by EKS Pod Identity. */
export function addBackupPods(
  scope: Construct,
  environment: string,
  bucket: Bucket,
  configuration: Configuration,
  key: IKey,
): void {
  addAgent(scope, environment, bucket, configuration, key);
  addArchivers(scope, environment, bucket, configuration, key);
}

/** The agent's pods of an environment reach its bucket and no other. */
function addAgent(
  scope: Construct,
  environment: string,
  bucket: Bucket,
  configuration: Configuration,
  key: IKey,
): void {
  const { backups, environments, recovery } = configuration;
  const { cluster, namespace } = environments[environment] ?? { cluster: '', namespace: '' };
  const { role } = new PodIdentity(scope, `Agent-${environment}`, {
    cluster,
    namespace,
    serviceAccount: backups.serviceAccount,
    description: `The backup agent of ${environment}`,
  });
  if (recovery.environments[environment] !== undefined) grantHomecoming(scope, role, environment, configuration);
  grantObjects(role, bucket, [
    's3:PutObject',
    's3:PutObjectTagging',
    's3:PutObjectRetention',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:AbortMultipartUpload',
    's3:ListMultipartUploadParts',
    's3:ListBucket',
    's3:ListBucketMultipartUploads',
  ]);
  // Parts of an upload are read back by S3 when they become one object.
  Grant.addToPrincipal({
    grantee: role,
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    resourceArns: [key.keyArn],
  });
}

/** The pods of a database archive below its server's name, read there what a standby needs, and delete nothing. */
function addArchivers(
  scope: Construct,
  environment: string,
  bucket: Bucket,
  { databases, environments }: Configuration,
  key: IKey,
): void {
  const { cluster, namespace } = environments[environment] ?? { cluster: '', namespace: '' };
  for (const [name, database] of Object.entries(databases)) {
    const server = database.environments[environment]?.archive?.server;
    if (server === undefined) continue;
    const description = `The archive of ${name} in ${environment}`;
    const { role } = new PodIdentity(scope, `Archive-${environment}-${name}`, {
      ...{ cluster, namespace, serviceAccount: server, description },
    });
    const objects = `point-in-time/${server}/*` as const;
    const actions = ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];
    Grant.addToPrincipal({ grantee: role, actions, resourceArns: [bucket.arnForObjects(objects)] });
    acceptWildcardWithin(role, bucket, `/${objects}`, objectsReason);
    const listing = { StringLike: { 's3:prefix': objects } };
    Grant.addToPrincipal({
      ...{ grantee: role, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn], conditions: listing },
    });
    const keyActions = ['kms:GenerateDataKey', 'kms:Decrypt'];
    Grant.addToPrincipal({ grantee: role, actions: keyActions, resourceArns: [key.keyArn] });
  }
}

/** The backup of an environment that comes home lies in the recovery region, and so does what the agent says of its restore. */
function grantHomecoming(scope: Construct, role: Role, environment: string, { application, aws }: Configuration): void {
  const replica = `arn:aws:s3:::${backupReplicaName(application, environment)}`;
  const grant = (actions: string[], resource: string): void => {
    Grant.addToPrincipal({ grantee: role, actions, resourceArns: [resource] });
    acceptWildcard(role, resource, objectsReason);
  };
  grant(['s3:GetObject'], `${replica}/database/*`);
  grant(['s3:PutObject', 's3:PutObjectTagging', 's3:PutObjectRetention'], `${replica}/results/*`);
  const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
  grantReplicaKey(scope, role, role, { application, recoveryRegion: aws.recoveryRegion }, actions);
}
