// Instances and clusters of RDS. Those that somebody already runs are made known by the world; others come from snapshots.
import type { Store, Table } from '../../storage/store.ts';
import { type Kind, keyOf } from './kinds.ts';

export interface Database {
  readonly kind: Kind;
  readonly region: string;
  readonly identifier: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly allocatedGigabytes: number;
  /** The ARN of the key that it is encrypted under; absent: it is not encrypted. */
  readonly kmsKeyId?: string;
  readonly endpoint: string;
  readonly port: number;
  readonly subnetGroup: string;
  readonly securityGroups: readonly string[];
  readonly instanceClass?: string;
  /** Of the instance, or of the cluster. Absent: RDS's own for the engine. */
  readonly parameterGroup?: string;
  /** How many days back every moment can be restored; 0: no automated backups. */
  readonly backupRetentionDays: number;
  readonly deletionProtection: boolean;
  /** Of an instance that belongs to one. */
  readonly clusterIdentifier?: string;
  /** Of a read replica: the ARN of what it follows. */
  readonly replicaOf?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** What it is doing, and until when: `creating`, `renaming`, `modifying`, `deleting`. Available after that, or gone. */
  readonly transition?: { readonly status: string; readonly until: number; readonly renameTo?: string };
}

export class DatabaseTable {
  private readonly table: Table<Database>;

  constructor(store: Store) {
    this.table = store.table<Database>('rds/databases');
  }

  find(kind: Kind, region: string, identifier: string): Database | undefined {
    return this.table.get(keyOf(kind, region, identifier));
  }

  list(kind: Kind, region: string): Database[] {
    return [...this.table.values()].filter((one) => one.kind === kind && one.region === region);
  }

  all(): Database[] {
    return [...this.table.values()];
  }

  /** Ends what is due by now: what was to be deleted is gone, what was renamed has its name. */
  settle(now: number): void {
    for (const { kind, region, identifier } of this.all()) {
      // Read anew: the renaming of a cluster before it has changed its instances.
      const database = this.find(kind, region, identifier);
      if (database === undefined) continue;
      const { transition, ...settled } = database;
      if (transition === undefined || transition.until > now) continue;
      if (transition.status === 'deleting' || transition.renameTo !== undefined) this.remove(database);
      if (transition.status !== 'deleting')
        this.put({ ...settled, identifier: transition.renameTo ?? database.identifier });
      if (database.kind === 'cluster' && transition.renameTo !== undefined)
        this.moveMembers(database, transition.renameTo);
    }
  }

  /** Instances stay with their cluster, and keep their own names. */
  private moveMembers({ region, identifier }: Database, to: string): void {
    for (const member of this.list('instance', region))
      if (member.clusterIdentifier === identifier) this.put({ ...member, clusterIdentifier: to });
  }

  put(database: Database): void {
    this.table.put(keyOf(database.kind, database.region, database.identifier), database);
  }

  remove({ kind, region, identifier }: Database): void {
    this.table.delete(keyOf(kind, region, identifier));
  }
}

const dayMilliseconds = 86_400_000;

/** The oldest moment that its automated backups reach. */
export function earliestRestorable({ createdAt, backupRetentionDays }: Database, now: number): number {
  return Math.max(createdAt, now - backupRetentionDays * dayMilliseconds);
}

export function statusOfDatabase({ transition }: Database, now: number): string {
  return transition === undefined || transition.until <= now ? 'available' : transition.status;
}
