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
  readonly instanceClass: string;
  readonly parameterGroup?: string | undefined;
  readonly multiAz: boolean;
  readonly deletionProtection: boolean;
  readonly backupRetentionDays: number;
  /** Absent: it has no automated backups, and no moment of it can be had back. */
  readonly latestRestorableAt?: string | undefined;
  readonly createdAt: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface InstancePort {
  find(identifier: string): Promise<DatabaseInstance | undefined>;
  /** Begins to restore a snapshot, or an instance as it was at a time, as a new instance that nobody outside its network reaches. */
  restore(restore: {
    readonly identifier: string;
    readonly from: { readonly snapshotId: string } | { readonly instance: string; readonly at: string };
    readonly subnetGroup: string;
    readonly securityGroups: readonly string[];
    readonly instanceClass: string;
    readonly parameterGroup?: string | undefined;
    readonly multiAz?: boolean;
    readonly tags: Readonly<Record<string, string>>;
  }): Promise<void>;
  /** Begins to give it another name; what is set with it is set at the same time. */
  rename(
    from: string,
    to: string,
    settings?: Pick<DatabaseInstance, 'backupRetentionDays' | 'deletionProtection'>,
  ): Promise<void>;
  /** Begins to delete it, without a last snapshot. */
  remove(identifier: string): Promise<void>;
}

/** In a state that it does not leave by itself. */
export function isBroken({ status }: DatabaseInstance): boolean {
  return /^(failed|incompatible|storage-full|inaccessible)/.test(status);
}
