// The backup buckets of all environments in the primary region, their replication, and who may read and write them.
import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { backupBucketName, backupReplicaKeyAlias, backupReplicaName } from '../../contracts/backup-places.ts';
import { acceptWildcard, acceptWildcardWithin } from '../constructs/accepted-findings.ts';
import { BackupBucket } from './backup-bucket.ts';
import { PodIdentity } from './pod-identity.ts';

export interface BackupBucketsProps {
  readonly configuration: Configuration;
  readonly key: IKey;
}

const keyReason = 'the one key with this alias: it stands in another region, where its id is not known here';
const objectsReason = 'the objects of this one bucket: their names are not known beforehand';

/** `<application>-<environment>-backups`, each replicated to `…-replica` in the recovery region and written by its own agent. */
export class BackupBuckets extends Construct {
  private readonly buckets: ReadonlyMap<string, Bucket>;
  private readonly key: IKey;
  private readonly application: string;
  private readonly recoveryRegion: string;

  constructor(scope: Construct, id: string, { configuration, key }: BackupBucketsProps) {
    super(scope, id);
    this.key = key;
    const { application, backups, environments, aws } = configuration;
    this.application = application;
    this.recoveryRegion = aws.recoveryRegion;
    this.buckets = new Map(
      Object.keys(environments).map((environment): [string, Bucket] => {
        const bucketName = backupBucketName(application, environment);
        return [environment, new BackupBucket(this, environment, { bucketName, key, backups }).bucket];
      }),
    );
    this.replicate(application, aws.recoveryRegion);
    for (const [environment, bucket] of this.buckets) {
      this.addAgent(environment, bucket, configuration);
      this.addArchivers(environment, bucket, configuration);
    }
  }

  /** The manifests, the results and what S3 knows of the dumps. */
  grantRead(grantee: IFunction): void {
    for (const bucket of this.buckets.values()) {
      this.grantObjects(grantee, grantee.role ?? grantee, bucket, ['s3:GetObject', 's3:ListBucket']);
    }
    Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [this.key.keyArn] });
  }

  /** Changes of the tag that the lifecycle goes by. */
  grantTag(grantee: IFunction): void {
    for (const bucket of this.buckets.values()) {
      this.grantObjects(grantee, grantee.role ?? grantee, bucket, ['s3:GetObjectTagging', 's3:PutObjectTagging']);
    }
  }

  /** To see whether every object stands in its replica, and to copy there what does not. */
  grantReplication(grantee: IFunction): void {
    const { account } = Stack.of(this);
    for (const [environment, bucket] of this.buckets) {
      this.grantObjects(grantee, grantee.role ?? grantee, bucket, [
        's3:GetObject',
        's3:GetObjectTagging',
        's3:ListBucket',
      ]);
      const replica = `arn:aws:s3:::${backupReplicaName(this.application, environment)}`;
      const objects = `${replica}/*`;
      const actions = ['s3:GetObject', 's3:PutObject', 's3:PutObjectTagging', 's3:PutObjectRetention'];
      Grant.addToPrincipal({ grantee, actions, resourceArns: [objects] });
      Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [replica] });
      acceptWildcard(grantee.role ?? grantee, objects, objectsReason);
    }
    Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [this.key.keyArn] });
    const keys = `arn:aws:kms:${this.recoveryRegion}:${account}:key/*`;
    grantee.addToRolePolicy(
      new PolicyStatement({
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [keys],
        conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': backupReplicaKeyAlias(this.application) } },
      }),
    );
    acceptWildcard(
      grantee.role ?? grantee,
      keys,
      'the one key with this alias: it stands in another region, where its id is not known here',
    );
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

  private grantObjects(grantee: IGrantable, scope: Construct | IGrantable, bucket: Bucket, actions: string[]): void {
    const ofBucket = new Set(['s3:ListBucket', 's3:ListBucketMultipartUploads']);
    const [bucketActions, objectActions] = [
      actions.filter((action) => ofBucket.has(action)),
      actions.filter((action) => !ofBucket.has(action)),
    ];
    Grant.addToPrincipal({ grantee, actions: objectActions, resourceArns: [bucket.arnForObjects('*')] });
    if (bucketActions.length > 0)
      Grant.addToPrincipal({ grantee, actions: bucketActions, resourceArns: [bucket.bucketArn] });
    acceptWildcardWithin(scope as Construct, bucket, '/*', objectsReason);
  }

  /** The agent's pods of an environment reach its bucket and no other. */
  private addAgent(environment: string, bucket: Bucket, { backups, environments, recovery }: Configuration): void {
    const { cluster, namespace } = environments[environment] ?? { cluster: '', namespace: '' };
    const { role } = new PodIdentity(this, `Agent-${environment}`, {
      cluster,
      namespace,
      serviceAccount: backups.serviceAccount,
      description: `The backup agent of ${environment}`,
    });
    if (recovery.environments[environment] !== undefined) this.grantHomecoming(role, environment);
    this.grantObjects(role, role, bucket, [
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
      resourceArns: [this.key.keyArn],
    });
  }

  /** The pods of a database archive below its server's name, read there what a standby needs, and delete nothing. */
  private addArchivers(environment: string, bucket: Bucket, { databases, environments }: Configuration): void {
    const { cluster, namespace } = environments[environment] ?? { cluster: '', namespace: '' };
    for (const [name, database] of Object.entries(databases)) {
      const server = database.environments[environment]?.archive?.server;
      if (server === undefined) continue;
      const description = `The archive of ${name} in ${environment}`;
      const { role } = new PodIdentity(this, `Archive-${environment}-${name}`, {
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
      Grant.addToPrincipal({ grantee: role, actions: keyActions, resourceArns: [this.key.keyArn] });
    }
  }

  /** The backup of an environment that comes home lies in the recovery region, and so does what the agent says of its restore. */
  private grantHomecoming(role: Role, environment: string): void {
    const replica = `arn:aws:s3:::${backupReplicaName(this.application, environment)}`;
    const grant = (actions: string[], resource: string): void => {
      Grant.addToPrincipal({ grantee: role, actions, resourceArns: [resource] });
      acceptWildcard(role, resource, objectsReason);
    };
    grant(['s3:GetObject'], `${replica}/database/*`);
    grant(['s3:PutObject', 's3:PutObjectTagging', 's3:PutObjectRetention'], `${replica}/results/*`);
    const keys = `arn:aws:kms:${this.recoveryRegion}:${Stack.of(this).account}:key/*`;
    role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [keys],
        conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': backupReplicaKeyAlias(this.application) } },
      }),
    );
    acceptWildcard(role, keys, keyReason);
  }

  /** One role for all buckets; the replicas are encrypted under the recovery region's key, which is found by its alias. */
  private replicate(application: string, recoveryRegion: string): void {
    const role = new Role(this, 'Replication', {
      assumedBy: new ServicePrincipal('s3.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const arnInRecoveryRegion = (resource: string, resourceName: string): string =>
      Arn.format(
        { service: 'kms', region: recoveryRegion, resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
        Stack.of(this),
      );
    const alias = backupReplicaKeyAlias(application);
    const keys = arnInRecoveryRegion('key', '*');
    for (const [environment, bucket] of this.buckets) {
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
    role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [this.key.keyArn] }));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:GenerateDataKey', 'kms:Encrypt'],
        resources: [keys],
        conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } },
      }),
    );
    acceptWildcard(
      role,
      keys,
      'the one key with this alias: it stands in another region, where its id is not known here',
    );
  }
}
