// Hosted zones and their record sets. Zones come from templates or from whoever starts the world; record sets are changed by calls.
import type { Store, Table } from '../../storage/store.ts';

export interface HostedZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** With the dot at the end. */
  readonly name: string;
}

export interface RecordSet {
  /** Lower-case, with the dot at the end. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly string[];
  /** In place of values: the name of another AWS resource, and the zone that this one is in. */
  readonly alias?: { readonly name: string; readonly zoneId: string; readonly evaluatesTargetHealth: boolean };
  /** Tells records of one name and type apart, of which Route 53 chooses by `failover` and health. */
  readonly setIdentifier?: string;
  readonly failover?: 'PRIMARY' | 'SECONDARY';
  readonly healthCheckId?: string;
  /** By a template. */
  readonly isDeclared?: boolean;
}

export interface ChangeRecord {
  readonly id: string;
  readonly submittedAt: number;
  readonly comment?: string;
}

/** `API.Example` → `api.example.` */
export function absoluteName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}

export class HostedZones {
  private readonly zones: Table<HostedZone>;
  private readonly records: Table<RecordSet>;
  readonly changes: Table<ChangeRecord>;

  constructor(store: Store) {
    this.zones = store.table<HostedZone>('route53/hosted-zones');
    this.records = store.table<RecordSet>('route53/record-sets');
    this.changes = store.table<ChangeRecord>('route53/changes');
  }

  /** Makes a zone known; what it holds stays. */
  register(zone: HostedZone): void {
    this.zones.put(zone.id, { id: zone.id, name: absoluteName(zone.name) });
  }

  find(id: string): HostedZone | undefined {
    return this.zones.get(id);
  }

  list(zoneId: string): RecordSet[] {
    return [...this.records.entries()]
      .filter(([key]) => key.startsWith(`${zoneId}/`))
      .map(([, record]) => record)
      .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }

  findRecord(zoneId: string, name: string, type: string): RecordSet | undefined {
    return this.records.get(`${zoneId}/${name}/${type}`);
  }

  put(zoneId: string, record: RecordSet): void {
    const set = record.setIdentifier === undefined ? '' : `/${record.setIdentifier}`;
    this.records.put(`${zoneId}/${record.name}/${record.type}${set}`, record);
  }

  /** Those that templates have declared at an earlier start: a dropped one leads nowhere. */
  forgetDeclared(): void {
    for (const [key, { isDeclared }] of [...this.records.entries()]) if (isDeclared) this.records.delete(key);
  }

  remove(zoneId: string, { name, type }: RecordSet): void {
    this.records.delete(`${zoneId}/${name}/${type}`);
  }
}

/** As Route 53 lists them: by the labels from the right, then by type. */
function orderOf({ name, type, setIdentifier = '' }: RecordSet): string {
  return `${name.split('.').reverse().join('.')} ${type} ${setIdentifier}`;
}
