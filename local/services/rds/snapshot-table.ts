// Manual snapshots of RDS: metadata and a state that time carries on. They hold no rows.
import type { Store, Table } from '../../storage/store.ts';
import type { Database } from './database-table.ts';
import { type Kind, keyOf } from './kinds.ts';

export interface Snapshot {
  readonly kind: Kind;
  readonly region: string;
  readonly identifier: string;
  /** The identifier of what it was taken of. */
  readonly database: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly allocatedGigabytes: number;
  readonly kmsKeyId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** When the data in it was read; a copy has that of what it is a copy of. */
  readonly takenAt: number;
  /** Of a copy: the ARN of the snapshot that it was made of. */
  readonly copyOf?: string;
  readonly startedAt: number;
  /** From then on it is available. */
  readonly readyAt: number;
  /** From then on it is failed instead: somebody has said so. */
  readonly isFailed?: boolean;
}

export class SnapshotTable {
  private readonly table: Table<Snapshot>;

  constructor(store: Store) {
    this.table = store.table<Snapshot>('rds/snapshots');
  }

  find(kind: Kind, region: string, identifier: string): Snapshot | undefined {
    return this.table.get(keyOf(kind, region, identifier));
  }

  list(kind: Kind, region: string): Snapshot[] {
    return [...this.table.values()].filter((one) => one.kind === kind && one.region === region);
  }

  all(): Snapshot[] {
    return [...this.table.values()];
  }

  put(snapshot: Snapshot): void {
    this.table.put(keyOf(snapshot.kind, snapshot.region, snapshot.identifier), snapshot);
  }

  remove({ kind, region, identifier }: Snapshot): void {
    this.table.delete(keyOf(kind, region, identifier));
  }
}

/** `creating` and `copying` go on with time. */
export function statusOf({ readyAt, isFailed, copyOf }: Snapshot, now: number): string {
  if (isFailed === true) return 'failed';
  if (now >= readyAt) return 'available';
  return copyOf === undefined ? 'creating' : 'copying';
}

export function progressOf({ startedAt, readyAt }: Snapshot, now: number): number {
  return readyAt <= startedAt ? 100 : Math.min(100, Math.floor((100 * (now - startedAt)) / (readyAt - startedAt)));
}

/** What a snapshot takes over from its database. */
export function snapshotOf(database: Database): Omit<Snapshot, 'identifier' | 'tags' | 'startedAt' | 'readyAt'> {
  const { kind, region, identifier, engine, engineVersion, allocatedGigabytes, kmsKeyId, createdAt } = database;
  return {
    ...{ kind, region, database: identifier, engine, engineVersion, allocatedGigabytes, takenAt: createdAt },
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  };
}
