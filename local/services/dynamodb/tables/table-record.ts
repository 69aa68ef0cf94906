// What is kept of a table: its schema once, in its home region, and the settings of each replica.
import type { TableSchema } from '../engine/dynalite.ts';

/** The schema and what else all replicas have in common. */
export interface TableDefinition {
  readonly home: string;
  readonly schema: TableSchema;
  readonly id: string;
  /** Virtual time, milliseconds since the epoch. */
  readonly createdAt: number;
  readonly billingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly throughput?: { readonly ReadCapacityUnits: number; readonly WriteCapacityUnits: number };
  readonly streamViewType?: string;
  readonly timeToLive?: { readonly AttributeName: string; readonly Enabled: boolean };
  /** Regions other than the home region. */
  readonly replicaRegions: readonly string[];
}

/** What each replica has for itself. */
export interface ReplicaSettings {
  readonly tags: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
  readonly tableClass?: string;
  readonly pointInTimeRecovery?: { readonly since: number; readonly recoveryPeriodDays: number };
  readonly encryption?: { readonly SSEType: string; readonly KMSMasterKeyArn?: string };
  readonly contributorInsights: boolean;
  /** JSON text of the policy document, and the revision that it is at. */
  readonly resourcePolicy?: { readonly document: string; readonly revision: string };
}

export interface Replica {
  readonly region: string;
  readonly home: string;
  readonly settings: ReplicaSettings;
}

/** A table as it is seen from one region. */
export interface RegionalTable {
  readonly definition: TableDefinition;
  readonly replica: Replica;
  readonly arn: string;
}
