// What RDS must be able to do with a database server: an instance, or a cluster with its instances, which looks the same from here.
import type { SnapshotKind } from '../../contracts/ledger/backups.ts';

export interface DatabaseServer {
  readonly identifier: string;
  /** `creating`, `available`, `deleting` …; of a cluster also that of an instance which is behind it, and `emptying` while they go. */
  readonly status: string;
  readonly engine: string;
  readonly engineVersion: string;
  /** Absent where the storage grows by itself. */
  readonly allocatedGigabytes?: number | undefined;
  /** Absent: it is not encrypted. */
  readonly keyArn?: string | undefined;
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  /** Of a cluster: of the instance that writes. */
  readonly instanceClass: string;
  readonly parameterGroup?: string | undefined;
  /** Of a cluster alone: its own, and how far an instance of class `db.serverless` may grow. */
  readonly clusterParameterGroup?: string | undefined;
  readonly serverless?: { readonly minimum: number; readonly maximum: number } | undefined;
  readonly multiAz: boolean;
  readonly deletionProtection: boolean;
  readonly backupRetentionDays: number;
  /** Absent: RDS does not say, and it follows from the retention. */
  readonly earliestRestorableAt?: string | undefined;
  /** Absent: it has no automated backups, and no moment of it can be had back. */
  readonly latestRestorableAt?: string | undefined;
  readonly createdAt: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a restored server is made of and looks like. */
export interface ServerRestore
  extends Pick<DatabaseServer, 'subnetGroup' | 'securityGroups' | 'instanceClass' | 'parameterGroup' | 'tags'>,
    Partial<Pick<DatabaseServer, 'multiAz' | 'clusterParameterGroup' | 'serverless'>> {
  readonly identifier: string;
  readonly from: { readonly snapshotId: string } | { readonly server: string; readonly at: string };
}

export interface ServerPort {
  find(identifier: string): Promise<DatabaseServer | undefined>;
  /**
   * Begins to restore a snapshot, or a server as it was at a time, as a new server that nobody outside its network reaches. Asked again while
   * that one is `incomplete`, it makes what is missing.
   */
  restore(restore: ServerRestore): Promise<void>;
  /** Begins to give it another name; what is set with it is set at the same time. */
  rename(
    from: string,
    to: string,
    settings?: Pick<DatabaseServer, 'backupRetentionDays' | 'deletionProtection'>,
  ): Promise<void>;
  /**
   * Names the instances of a cluster as it is named itself now, one at each call: those that were named after `former`. Nobody waits for
   * these names, so what RDS refuses is answered in words.
   */
  alignNames(identifier: string, former: string): Promise<{ readonly renames: boolean; readonly problem?: string }>;
  /** Begins to delete it, without a last snapshot. Asked again while it is `emptying`. */
  remove(identifier: string): Promise<void>;
}

export type ServerPorts = Readonly<Record<SnapshotKind, ServerPort>>;

/** In a state that it does not leave by itself. */
export function isBroken({ status }: Pick<DatabaseServer, 'status'>): boolean {
  return /^(failed|incompatible|storage-full|inaccessible)/.test(status);
}

/** Facts in which a server differs from what it must be, in words; undefined: in none. */
export function findDifferences(
  found: DatabaseServer,
  wanted: Partial<
    Pick<DatabaseServer, 'engineVersion' | 'allocatedGigabytes' | 'keyArn' | 'subnetGroup' | 'securityGroups'>
  >,
): string | undefined {
  const differing = [
    ['engine', found.engineVersion, wanted.engineVersion],
    ['storage in GB', found.allocatedGigabytes, found.allocatedGigabytes && wanted.allocatedGigabytes],
    ['key', found.keyArn ?? 'none', wanted.keyArn],
    ['subnet group', found.subnetGroup, wanted.subnetGroup],
    ['security groups', found.securityGroups.toSorted().join(), wanted.securityGroups?.toSorted().join()],
  ].flatMap(([what, got, due]) => (due === undefined || got === due ? [] : [`${what} ${got} where ${due} is due`]));
  return differing.length === 0 ? undefined : differing.join(', ');
}
