// What grants on RDS are made of: the configured databases, the names that are ours, and the conditions that our tag sets.
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import type { SnapshotConfiguration } from '../../config/snapshots-schema.ts';
import { snapshotOwner, snapshotOwnerTag, snapshotPrefix } from '../../contracts/backup-places.ts';
import { acceptWildcard } from '../constructs/accepted-findings.ts';

export interface SnapshotPlace {
  readonly environment: string;
  readonly database: string;
  readonly snapshot: SnapshotConfiguration;
}

export type Grantee = IFunction | StateMachine;

export type Side = 'primary' | 'recovery';

/** What RDS calls the same thing of an instance and of a cluster: in ARNs, and in actions. */
export const words = {
  instance: { database: 'db', snapshot: 'snapshot', server: 'DBInstance', action: 'DBSnapshot' },
  cluster: { database: 'cluster', snapshot: 'cluster-snapshot', server: 'DBCluster', action: 'DBClusterSnapshot' },
} as const;

const namesReason = 'the snapshots of this one database: their names end in the time at which each is made';

export class RdsAccess {
  /** The value of the tag by which IAM knows what is ours. */
  readonly owner: string;
  readonly application: string;
  /** Every database of every environment that RDS runs. */
  readonly places: readonly SnapshotPlace[];
  private readonly scope: Construct;
  private readonly regions: Readonly<Record<Side, string>>;

  constructor(scope: Construct, { application, aws, databases }: Configuration) {
    this.scope = scope;
    this.application = application;
    this.owner = snapshotOwner(application);
    this.regions = { primary: aws.primaryRegion, recovery: aws.recoveryRegion };
    this.places = Object.entries(databases).flatMap(([database, { environments }]) =>
      Object.entries(environments).flatMap(([environment, { snapshot }]) =>
        snapshot === undefined ? [] : [{ environment, database, snapshot }],
      ),
    );
  }

  databaseOf({ snapshot: { kind, identifier } }: SnapshotPlace): string {
    return this.arnOf('primary', words[kind].database, identifier);
  }

  /** Of one database, accepted as the wildcard that it is. */
  snapshotsOf({ environment, database, snapshot }: SnapshotPlace, side: Side, grantee: Grantee): string {
    const prefix = snapshotPrefix(this.application, environment, database);
    return this.wildcard(grantee, this.arnOf(side, words[snapshot.kind].snapshot, `${prefix}*`), namesReason);
  }

  arnOf(side: Side, type: string, name: string): string {
    return `arn:aws:rds:${this.regions[side]}:${Stack.of(this.scope).account}:${type}:${name}`;
  }

  wildcard(grantee: Grantee, arn: string, reason: string): string {
    acceptWildcard(grantee.role ?? grantee, arn, reason);
    return arn;
  }

  /** RDS asks for grants on the key when it works with it later. */
  allowKeys(grantee: Grantee, { snapshot }: SnapshotPlace, sides: readonly Side[]): void {
    const keys = sides.map((side) => snapshot.keys[side]);
    this.allow(grantee, ['kms:DescribeKey'], keys);
    this.allow(grantee, ['kms:CreateGrant'], keys, { Bool: { 'kms:GrantIsForAWSResource': 'true' } });
  }

  /** What already carries our tag. */
  owned(): object {
    return { StringEquals: { [`aws:ResourceTag/${snapshotOwnerTag}`]: this.owner } };
  }

  /** What gets it by the request. */
  requested(): object {
    return { StringEquals: { [`aws:RequestTag/${snapshotOwnerTag}`]: this.owner } };
  }

  allow(grantee: Grantee, actions: string[], resources: string[], conditions: object = {}): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions, resources, conditions: conditions as Record<string, unknown> }),
    );
  }
}
