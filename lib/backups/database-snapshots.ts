// What may be done with snapshots of RDS: of the configured databases, under our names and our tag, and no others.
import { Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import type { SnapshotConfiguration } from '../../config/snapshots-schema.ts';
import {
  instancePrefix,
  proofInstance,
  snapshotOwner,
  snapshotOwnerTag,
  snapshotPrefix,
} from '../../contracts/backup-places.ts';
import { acceptWildcard } from '../constructs/accepted-findings.ts';

interface SnapshotPlace {
  readonly environment: string;
  readonly database: string;
  readonly snapshot: SnapshotConfiguration;
}

const namesReason = 'the snapshots of this one database: their names end in the time at which each is made';
const groupsReason =
  'the groups that RDS has by itself for each version of each engine: which one is decided by the snapshot';
const restoresReason = 'what restores make beside this one instance, and keep of it: the names end in a time';
const liveGroupsReason =
  'the groups of the live instance, which the restored one gets: they are read from RDS when it is restored';
const words = {
  instance: { database: 'db', snapshot: 'snapshot', action: 'DBSnapshot' },
  cluster: { database: 'cluster', snapshot: 'cluster-snapshot', action: 'DBClusterSnapshot' },
} as const;

/** RDS itself keeps the snapshots: there is nothing to deploy, only to allow. Without such a database nothing is allowed. */
export class DatabaseSnapshots extends Construct {
  /** The value of the tag by which IAM knows what is ours. */
  readonly owner: string;
  private readonly places: readonly SnapshotPlace[];
  private readonly application: string;
  private readonly regions: { readonly primary: string; readonly recovery: string };

  constructor(scope: Construct, id: string, { application, aws, databases }: Configuration) {
    super(scope, id);
    this.application = application;
    this.owner = snapshotOwner(application);
    this.regions = { primary: aws.primaryRegion, recovery: aws.recoveryRegion };
    this.places = Object.entries(databases).flatMap(([database, { environments }]) =>
      Object.entries(environments).flatMap(([environment, { snapshot }]) =>
        snapshot === undefined ? [] : [{ environment, database, snapshot }],
      ),
    );
  }

  /** To make snapshots that carry our tag, and to read how far they are. */
  grantCreate(machine: StateMachine): void {
    for (const place of this.places) {
      const { action } = words[place.snapshot.kind];
      const snapshots = this.snapshotsOf(place, 'primary');
      this.allow(machine, [`rds:Create${action}`], [this.databaseOf(place), snapshots], this.requested());
      this.allow(machine, ['rds:AddTagsToResource'], [snapshots], this.requested());
      this.allow(machine, [`rds:Describe${action}s`], [snapshots]);
      acceptWildcard(machine.role, snapshots, namesReason);
    }
  }

  /** To copy to the recovery region what is ours, and to see whether it has arrived. */
  grantCopy(grantee: IFunction): void {
    for (const place of this.places) {
      const { action } = words[place.snapshot.kind];
      const [here, there] = [this.snapshotsOf(place, 'primary'), this.snapshotsOf(place, 'recovery')];
      this.allow(grantee, [`rds:Describe${action}s`], [here, there]);
      this.allow(grantee, [`rds:Copy${action}`], [here], this.owned());
      this.allow(grantee, [`rds:Copy${action}`, 'rds:AddTagsToResource'], [there], this.requested());
      // A copy that RDS gave up stands in the way of the next attempt.
      this.allow(grantee, [`rds:Delete${action}`], [there], this.owned());
      this.allowKeys(grantee, place, ['primary', 'recovery']);
      for (const arn of [here, there]) acceptWildcard(grantee.role ?? grantee, arn, namesReason);
    }
  }

  /** To delete what is ours when its time has come, in both regions. Nothing without our tag can be deleted. */
  grantExpiry(grantee: IFunction): void {
    for (const place of this.places) {
      const { action } = words[place.snapshot.kind];
      const both = [this.snapshotsOf(place, 'primary'), this.snapshotsOf(place, 'recovery')];
      this.allow(grantee, [`rds:Describe${action}s`], both);
      this.allow(grantee, [`rds:Delete${action}`, 'rds:AddTagsToResource'], both, this.owned());
      for (const arn of both) acceptWildcard(grantee.role ?? grantee, arn, namesReason);
    }
  }

  /** To restore a snapshot of ours as the one instance that is for proofs, in its own network, and what the sweep may. */
  grantProof(grantee: IFunction): void {
    for (const place of this.places) {
      const { proof } = place.snapshot;
      if (proof === undefined) continue;
      const snapshots = this.snapshotsOf(place, 'primary');
      const instance = this.proofOf(place);
      const restore = ['rds:RestoreDBInstanceFromDBSnapshot'];
      this.allow(grantee, restore, [snapshots], this.owned());
      this.allow(grantee, [...restore, 'rds:AddTagsToResource'], [instance], this.requested());
      // RDS asks for the groups by name too: the network's, and its own for each engine.
      const groups = [this.arnOf('primary', 'pg', 'default.*'), this.arnOf('primary', 'og', 'default:*')];
      this.allow(grantee, restore, [this.arnOf('primary', 'subgrp', proof.subnetGroup), ...groups]);
      this.allowKeys(grantee, place, ['primary']);
      acceptWildcard(grantee.role ?? grantee, snapshots, namesReason);
      for (const arn of groups) acceptWildcard(grantee.role ?? grantee, arn, groupsReason);
    }
    this.grantSweep(grantee);
  }

  /** To look at the instances of proofs, and to delete those that carry our tag. */
  grantSweep(grantee: IFunction): void {
    for (const place of this.places) {
      if (place.snapshot.proof === undefined) continue;
      this.allow(grantee, ['rds:DescribeDBInstances'], [this.proofOf(place)]);
      this.allow(grantee, ['rds:DeleteDBInstance'], [this.proofOf(place)], this.owned());
    }
  }

  /** To look at the live instances. */
  grantDescribe(grantee: IFunction): void {
    for (const place of this.instances()) this.allow(grantee, ['rds:DescribeDBInstances'], [this.databaseOf(place)]);
  }

  /** To restore beside the live instance, and to let the two change names. Nothing here can be deleted. */
  grantRestore(grantee: IFunction): void {
    for (const place of this.instances()) {
      const live = this.databaseOf(place);
      const { identifier } = place.snapshot;
      const [beside, replaced] = (['restore', 'replaced'] as const).map((of) =>
        this.arnOf('primary', 'db', `${instancePrefix(identifier, of)}*`),
      ) as [string, string];
      const snapshots = this.snapshotsOf(place, 'primary');
      const fromSnapshot = ['rds:RestoreDBInstanceFromDBSnapshot'];
      const toTime = ['rds:RestoreDBInstanceToPointInTime'];
      this.allow(grantee, ['rds:DescribeDBInstances', 'rds:ModifyDBInstance'], [live, beside, replaced]);
      this.allow(grantee, fromSnapshot, [snapshots], this.owned());
      this.allow(grantee, toTime, [live]);
      this.allow(grantee, [...fromSnapshot, ...toTime, 'rds:AddTagsToResource'], [beside], this.requested());
      const groups = ['subgrp', 'pg', 'og'].map((type) => this.arnOf('primary', type, '*'));
      this.allow(grantee, [...fromSnapshot, ...toTime], groups);
      this.allowKeys(grantee, place, ['primary']);
      for (const arn of [beside, replaced]) acceptWildcard(grantee.role ?? grantee, arn, restoresReason);
      acceptWildcard(grantee.role ?? grantee, snapshots, namesReason);
      for (const arn of groups) acceptWildcard(grantee.role ?? grantee, arn, liveGroupsReason);
    }
  }

  private instances(): readonly SnapshotPlace[] {
    return this.places.filter(({ snapshot }) => snapshot.kind === 'instance');
  }

  private proofOf({ environment, database }: SnapshotPlace): string {
    return this.arnOf('primary', 'db', proofInstance(this.application, environment, database));
  }

  private databaseOf({ snapshot: { kind, identifier } }: SnapshotPlace): string {
    return this.arnOf('primary', words[kind].database, identifier);
  }

  private snapshotsOf({ environment, database, snapshot }: SnapshotPlace, side: 'primary' | 'recovery'): string {
    return this.arnOf(
      side,
      words[snapshot.kind].snapshot,
      `${snapshotPrefix(this.application, environment, database)}*`,
    );
  }

  private arnOf(side: 'primary' | 'recovery', type: string, name: string): string {
    return `arn:aws:rds:${this.regions[side]}:${Stack.of(this).account}:${type}:${name}`;
  }

  /** RDS asks for grants on the key when it works with it later. */
  private allowKeys(
    grantee: IGrantable,
    { snapshot }: SnapshotPlace,
    sides: readonly ('primary' | 'recovery')[],
  ): void {
    const keys = sides.map((side) => snapshot.keys[side]);
    this.allow(grantee, ['kms:DescribeKey'], keys);
    this.allow(grantee, ['kms:CreateGrant'], keys, { Bool: { 'kms:GrantIsForAWSResource': 'true' } });
  }

  private owned(): object {
    return { StringEquals: { [`aws:ResourceTag/${snapshotOwnerTag}`]: this.owner } };
  }

  private requested(): object {
    return { StringEquals: { [`aws:RequestTag/${snapshotOwnerTag}`]: this.owner } };
  }

  private allow(grantee: IGrantable, actions: string[], resources: string[], conditions: object = {}): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions, resources, conditions: conditions as Record<string, unknown> }),
    );
  }
}
