// What may be done with the instances and clusters of RDS: those that proofs and restores make, and the live ones that restores replace.
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { firstInstanceOf, proofServer, serverPrefix } from '../../contracts/backup-places.ts';
import { type Grantee, RdsAccess, type SnapshotPlace, words } from './rds-access.ts';

const groupsReason =
  'the groups that RDS has by itself for each version of each engine: which one is decided by the snapshot';
const restoresReason = 'what restores make beside this one server, and keep of it: the names end in a time';
const liveGroupsReason = 'the groups of the live server, which the restored one gets: they are read from RDS then';
const membersReason = 'the instances of this one cluster: their owner has named them after it, and a restore does too';
const listReason =
  'which instances a cluster has is asked of RDS by a filter, which is authorized for all: to read alone';

/** RDS has the servers: there is nothing to deploy, only to allow. Nothing here can delete a live or a replaced one. */
export class DatabaseServers extends Construct {
  private readonly rds: RdsAccess;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    this.rds = new RdsAccess(this, configuration);
  }

  /** To restore a snapshot of ours as the one server that is for proofs, in its own network, and what the sweep may. */
  grantProof(grantee: Grantee): void {
    for (const place of this.rds.places) {
      if (place.snapshot.proof === undefined) continue;
      const snapshots = this.rds.snapshotsOf(place, 'primary', grantee);
      const scratch = this.proofOf(place);
      const restore = [this.restoreOf(place, 'snapshot')];
      this.rds.allow(grantee, restore, [snapshots], this.rds.owned());
      this.rds.allow(grantee, [...restore, 'rds:AddTagsToResource'], [scratch], this.rds.requested());
      // RDS asks for the groups by name too: the network's, and its own for each engine.
      const groups = ['pg:default.*', 'og:default:*', ...(this.isCluster(place) ? ['cluster-pg:default.*'] : [])].map(
        (name) => this.rds.wildcard(grantee, this.arnOf(name), groupsReason),
      );
      const network = this.arnOf(`subgrp:${place.snapshot.proof.subnetGroup}`);
      this.rds.allow(grantee, [...restore, ...this.createOf(place)], [network, ...groups]);
      if (this.isCluster(place)) this.allowFirstInstance(grantee, place, scratch, this.firstOfProof(place), snapshots);
      this.rds.allowKeys(grantee, place, ['primary']);
    }
    this.grantSweep(grantee);
  }

  /** To look at the servers of proofs, and to delete those that carry our tag. */
  grantSweep(grantee: Grantee): void {
    for (const place of this.rds.places) {
      if (place.snapshot.proof === undefined) continue;
      this.allowDescribe(grantee, place, [this.proofOf(place)]);
      const { server } = words[place.snapshot.kind];
      this.rds.allow(grantee, [`rds:Delete${server}`], [this.proofOf(place)], this.rds.owned());
      if (this.isCluster(place))
        this.rds.allow(grantee, ['rds:DeleteDBInstance'], [this.firstOfProof(place)], this.rds.owned());
    }
  }

  /** To look at the live servers. */
  grantDescribe(grantee: Grantee): void {
    for (const place of this.rds.places) this.allowDescribe(grantee, place, [this.rds.databaseOf(place)]);
  }

  /** To restore beside the live server, and to let the two change names. */
  grantRestore(grantee: Grantee): void {
    for (const place of this.rds.places) {
      const live = this.rds.databaseOf(place);
      const { identifier, kind } = place.snapshot;
      const { database, server } = words[kind];
      const [beside, replaced] = (['restore', 'replaced'] as const).map((of) =>
        this.rds.wildcard(grantee, this.arnOf(`${database}:${serverPrefix(identifier, of)}*`), restoresReason),
      ) as [string, string];
      const snapshots = this.rds.snapshotsOf(place, 'primary', grantee);
      const [fromSnapshot, toTime] = [this.restoreOf(place, 'snapshot'), this.restoreOf(place, 'time')];
      this.allowDescribe(grantee, place, [live, beside, replaced]);
      this.rds.allow(grantee, [`rds:Modify${server}`], [live, beside, replaced]);
      this.rds.allow(grantee, [fromSnapshot], [snapshots], this.rds.owned());
      this.rds.allow(grantee, [toTime], [live]);
      this.rds.allow(grantee, [fromSnapshot, toTime, 'rds:AddTagsToResource'], [beside], this.rds.requested());
      const groups = ['subgrp', 'pg', 'og', ...(this.isCluster(place) ? ['cluster-pg'] : [])].map((type) =>
        this.rds.wildcard(grantee, this.arnOf(`${type}:*`), liveGroupsReason),
      );
      this.rds.allow(grantee, [fromSnapshot, toTime, ...this.createOf(place)], groups);
      if (this.isCluster(place)) {
        const [first, kept] = (['restore', 'replaced'] as const).map((of) =>
          this.rds.wildcard(grantee, this.arnOf(`db:${serverPrefix(identifier, of)}*`), restoresReason),
        ) as [string, string];
        const members = this.rds.wildcard(grantee, this.arnOf(`db:${identifier}-*`), membersReason);
        this.allowFirstInstance(grantee, place, beside, first, snapshots);
        this.rds.allow(grantee, ['rds:ModifyDBInstance'], [members, first, kept]);
      }
      this.rds.allowKeys(grantee, place, ['primary']);
    }
  }

  /** To make the one instance of a restored cluster, which carries our tag too, and to read of which engine it must be. */
  private allowFirstInstance(
    grantee: Grantee,
    place: SnapshotPlace,
    cluster: string,
    instance: string,
    snapshots: string,
  ): void {
    this.rds.allow(grantee, this.createOf(place), [cluster, instance], this.rds.requested());
    this.rds.allow(grantee, ['rds:AddTagsToResource'], [instance], this.rds.requested());
    this.rds.allow(grantee, ['rds:DescribeDBClusterSnapshots'], [snapshots]);
  }

  private allowDescribe(grantee: Grantee, place: SnapshotPlace, servers: string[]): void {
    this.rds.allow(grantee, [`rds:Describe${words[place.snapshot.kind].server}s`], servers);
    if (!this.isCluster(place)) return;
    const all = this.rds.wildcard(grantee, this.arnOf('db:*'), listReason);
    this.rds.allow(grantee, ['rds:DescribeDBInstances'], [all]);
  }

  private isCluster({ snapshot }: SnapshotPlace): boolean {
    return snapshot.kind === 'cluster';
  }

  private createOf(place: SnapshotPlace): string[] {
    return this.isCluster(place) ? ['rds:CreateDBInstance'] : [];
  }

  private restoreOf(place: SnapshotPlace, from: 'snapshot' | 'time'): string {
    const { server } = words[place.snapshot.kind];
    if (from === 'time') return `rds:Restore${server}ToPointInTime`;
    return this.isCluster(place) ? `rds:Restore${server}FromSnapshot` : `rds:Restore${server}FromDBSnapshot`;
  }

  private nameOfProof({ environment, database }: SnapshotPlace): string {
    return proofServer(this.rds.application, environment, database);
  }

  private proofOf(place: SnapshotPlace): string {
    return this.arnOf(`${words[place.snapshot.kind].database}:${this.nameOfProof(place)}`);
  }

  private firstOfProof(place: SnapshotPlace): string {
    return this.arnOf(`db:${firstInstanceOf(this.nameOfProof(place))}`);
  }

  /** `type:name`, in the primary region. */
  private arnOf(typeAndName: string): string {
    const [type = '', ...name] = typeAndName.split(':');
    return this.rds.arnOf('primary', type, name.join(':'));
  }
}
