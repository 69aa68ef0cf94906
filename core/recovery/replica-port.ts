// A read replica of RDS in the recovery region, as far as a fail-over is concerned.

export interface Replica {
  readonly identifier: string;
  /** `available`, `modifying` … */
  readonly status: string;
  readonly engineVersion: string;
  /** The identifier of what it follows; absent: it is no replica (any more). */
  readonly follows?: string | undefined;
  /** How far it was behind, as RDS has measured it last. */
  readonly lag?: { readonly seconds: number; readonly measuredAt: string } | undefined;
}

export interface ReplicaPort {
  find(identifier: string): Promise<Replica | undefined>;
  /** Begins to make it a database of its own. Does nothing while RDS is busy with it. */
  promote(identifier: string, backupRetentionDays: number): Promise<void>;
}
