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
    for (const database of this.all()) {
      const { transition, ...settled } = database;
      if (transition === undefined || transition.until > now) continue;
      if (transition.status === 'deleting' || transition.renameTo !== undefined) this.remove(database);
      if (transition.status !== 'deleting')
        this.put({ ...settled, identifier: transition.renameTo ?? database.identifier });
    }
  }

  put(database: Database): void {
    this.table.put(keyOf(database.kind, database.region, database.identifier), database);
  }

  remove({ kind, region, identifier }: Database): void {
    this.table.delete(keyOf(kind, region, identifier));
  }
}

export function statusOfDatabase({ transition }: Database, now: number): string {
  return transition === undefined || transition.until <= now ? 'available' : transition.status;
}
