// Grants on the objects of backup buckets, and on the key of their replicas, with the reason for each wildcard.
import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { backupReplicaKeyAlias } from '../../contracts/backup-places.ts';
import { acceptWildcard, acceptWildcardWithin } from '../constructs/accepted-findings.ts';

export const keyReason = 'the one key with this alias: it stands in another region, where its id is not known here';
export const objectsReason = 'the objects of this one bucket: their names are not known beforehand';

/** Whose role has the finding that is accepted. */
export function ownerOf(grantee: IFunction | IRole): Construct {
  return ('role' in grantee ? (grantee.role ?? grantee) : grantee) as Construct;
}

/** Those of `actions` that are of the bucket itself are granted on it, the others on its objects. */
export function grantObjects(grantee: IFunction | IRole, bucket: Bucket, actions: readonly string[]): void {
  const ofBucket = new Set(['s3:ListBucket', 's3:ListBucketMultipartUploads']);
  const objectActions = actions.filter((action) => !ofBucket.has(action));
  const bucketActions = actions.filter((action) => ofBucket.has(action));
  Grant.addToPrincipal({ grantee, actions: objectActions, resourceArns: [bucket.arnForObjects('*')] });
  if (bucketActions.length > 0)
    Grant.addToPrincipal({ grantee, actions: bucketActions, resourceArns: [bucket.bucketArn] });
  acceptWildcardWithin(ownerOf(grantee), bucket, '/*', objectsReason);
}

/** The replicas are encrypted under the recovery region's key, which is found by its alias. */
export function grantReplicaKey(
  scope: Construct,
  grantee: IGrantable,
  owner: Construct,
  { application, recoveryRegion }: { readonly application: string; readonly recoveryRegion: string },
  actions: string[],
): void {
  const keys = `arn:aws:kms:${recoveryRegion}:${Stack.of(scope).account}:key/*`;
  const conditions = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': backupReplicaKeyAlias(application) } };
  grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [keys], conditions }));
  acceptWildcard(owner, keys, keyReason);
}
