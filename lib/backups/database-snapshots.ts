// What may be done with snapshots of RDS: of the configured databases, under our names and our tag, and no others.
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { type Grantee, RdsAccess, words } from './rds-access.ts';

/** RDS itself keeps the snapshots: there is nothing to deploy, only to allow. Without such a database nothing is allowed. */
export class DatabaseSnapshots extends Construct {
  /** The value of the tag by which IAM knows what is ours. */
  readonly owner: string;
  private readonly rds: RdsAccess;

  constructor(scope: Construct, id: string, configuration: Configuration) {
    super(scope, id);
    this.rds = new RdsAccess(this, configuration);
    this.owner = this.rds.owner;
  }

  /** To make snapshots that carry our tag, and to read how far they are. */
  grantCreate(grantee: Grantee): void {
    for (const place of this.rds.places) {
      const { action } = words[place.snapshot.kind];
      const snapshots = this.rds.snapshotsOf(place, 'primary', grantee);
      const both = [this.rds.databaseOf(place), snapshots];
      this.rds.allow(grantee, [`rds:Create${action}`], both, this.rds.requested());
      this.rds.allow(grantee, ['rds:AddTagsToResource'], [snapshots], this.rds.requested());
      this.rds.allow(grantee, [`rds:Describe${action}s`], [snapshots]);
    }
  }

  /** To copy to the recovery region what is ours, and to see whether it has arrived. */
  grantCopy(grantee: Grantee): void {
    for (const place of this.rds.places) {
      const { action } = words[place.snapshot.kind];
      const here = this.rds.snapshotsOf(place, 'primary', grantee);
      const there = this.rds.snapshotsOf(place, 'recovery', grantee);
      this.rds.allow(grantee, [`rds:Describe${action}s`], [here, there]);
      this.rds.allow(grantee, [`rds:Copy${action}`], [here], this.rds.owned());
      this.rds.allow(grantee, [`rds:Copy${action}`, 'rds:AddTagsToResource'], [there], this.rds.requested());
      // A copy that RDS gave up stands in the way of the next attempt.
      this.rds.allow(grantee, [`rds:Delete${action}`], [there], this.rds.owned());
      this.rds.allowKeys(grantee, place, ['primary', 'recovery']);
    }
  }

  /** To delete what is ours when its time has come, in both regions. Nothing without our tag can be deleted. */
  grantExpiry(grantee: Grantee): void {
    for (const place of this.rds.places) {
      const { action } = words[place.snapshot.kind];
      const both = (['primary', 'recovery'] as const).map((side) => this.rds.snapshotsOf(place, side, grantee));
      this.rds.allow(grantee, [`rds:Describe${action}s`], both);
      this.rds.allow(grantee, [`rds:Delete${action}`, 'rds:AddTagsToResource'], both, this.rds.owned());
    }
  }
}
