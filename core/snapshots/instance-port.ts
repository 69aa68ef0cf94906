// What RDS must be able to do with an instance.

export interface DatabaseInstance {
  readonly identifier: string;
  /** `creating`, `available`, `deleting` … */
  readonly status: string;
  readonly engineVersion: string;
  readonly allocatedGigabytes: number;
  /** Absent: it is not encrypted. */
  readonly keyArn?: string | undefined;
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  readonly createdAt: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface InstancePort {
  find(identifier: string): Promise<DatabaseInstance | undefined>;
  /** Begins to restore a snapshot as a new instance, which nobody outside its network reaches and which keeps no backups of its own. */
  restoreSnapshot(restore: {
    readonly identifier: string;
    readonly snapshotId: string;
    readonly subnetGroup: string;
    readonly securityGroups: readonly string[];
    readonly instanceClass: string;
    readonly tags: Readonly<Record<string, string>>;
  }): Promise<void>;
  /** Begins to delete it, without a last snapshot. */
  remove(identifier: string): Promise<void>;
}
