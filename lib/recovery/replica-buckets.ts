// Who may read and write the replicas of the backups in the recovery region.
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { backupReplicaName } from '../../contracts/backup-places.ts';
import { PodIdentity } from '../backups/pod-identity.ts';
import { acceptWildcard } from '../constructs/accepted-findings.ts';

export interface ReplicaBucketsProps {
  readonly configuration: Configuration;
  readonly key: IKey;
}

const objectsReason = 'the objects of this one bucket: their names are not known beforehand';

/** The agent's pods of a recovered environment read its replica and leave there what they found. */
export class ReplicaBuckets extends Construct {
  private readonly bucketArns: readonly string[];
  private readonly key: IKey;

  constructor(scope: Construct, id: string, { configuration, key }: ReplicaBucketsProps) {
    super(scope, id);
    this.key = key;
    const { application, environments, recovery, backups } = configuration;
    const arnOf = (environment: string): string => `arn:aws:s3:::${backupReplicaName(application, environment)}`;
    this.bucketArns = Object.keys(environments).map(arnOf);
    for (const [environment, { cluster, namespace }] of Object.entries(recovery.environments)) {
      const bucketArn = arnOf(environment);
      const { role } = new PodIdentity(this, `Agent-${environment}`, {
        ...{ cluster, namespace, serviceAccount: backups.serviceAccount },
        description: `The backup agent of ${environment} in the recovery region`,
      });
      this.grantObjects(role, bucketArn, '', ['s3:GetObject', 's3:GetObjectVersion']);
      const writing = ['s3:PutObject', 's3:PutObjectTagging', 's3:PutObjectRetention'];
      this.grantObjects(role, bucketArn, 'results/', writing);
      // The backup that is made before an environment comes home.
      const multipart = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];
      this.grantObjects(role, bucketArn, 'database/', [...writing, ...multipart]);
      const actions = ['s3:ListBucket', 's3:ListBucketMultipartUploads'];
      Grant.addToPrincipal({ grantee: role, actions, resourceArns: [bucketArn] });
      Grant.addToPrincipal({
        grantee: role,
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resourceArns: [this.key.keyArn],
      });
    }
  }

  grantRead(grantee: IFunction): void {
    for (const bucketArn of this.bucketArns) {
      this.grantObjects(grantee, bucketArn, '', ['s3:GetObject']);
      Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucketArn] });
    }
    Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [this.key.keyArn] });
  }

  /** The scorecards of drills, and nothing else. */
  grantScorecards(grantee: IFunction): void {
    for (const bucketArn of this.bucketArns)
      this.grantObjects(grantee, bucketArn, 'drills/', ['s3:PutObject', 's3:PutObjectTagging']);
    Grant.addToPrincipal({ grantee, actions: ['kms:GenerateDataKey'], resourceArns: [this.key.keyArn] });
  }

  private grantObjects(
    grantee: IFunction | PodIdentity['role'],
    bucketArn: string,
    prefix: string,
    actions: string[],
  ): void {
    const objects = `${bucketArn}/${prefix}*`;
    Grant.addToPrincipal({ grantee, actions, resourceArns: [objects] });
    const scope = 'role' in grantee && grantee.role !== undefined ? grantee.role : grantee;
    acceptWildcard(scope, objects, objectsReason);
  }
}
