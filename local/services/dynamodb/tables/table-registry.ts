// Which tables there are, in which regions; the one place that knows how their records are kept.

import { AwsError } from '../../../runtime/service.ts';
import type { Store, Table } from '../../../storage/store.ts';
import type { RegionalTable, Replica, ReplicaSettings, TableDefinition } from './table-record.ts';

const TABLE_ARN = /^arn:[^:]+:dynamodb:([^:]*):[^:]*:table\/([^/]+)$/;

export class TableRegistry {
  readonly #accountId: string;
  /** By `<home region>/<name>`. */
  readonly #definitions: Table<TableDefinition>;
  /** By `<region>/<name>`; the home region has one too. */
  readonly #replicas: Table<Replica>;

  constructor(store: Store, accountId: string) {
    this.#accountId = accountId;
    this.#definitions = store.table('dynamodb/tables');
    this.#replicas = store.table('dynamodb/replicas');
  }

  /** By name or ARN, as every request may name a table. */
  find(region: string, nameOrArn: string): RegionalTable | undefined {
    const name = parseTableName(nameOrArn);
    const replica = this.#replicas.get(`${region}/${name}`);
    const definition = replica && this.#definitions.get(`${replica.home}/${name}`);
    return definition && { definition, replica, arn: this.arn(region, name) };
  }

  /** Throws `ResourceNotFoundException`. */
  get(region: string, nameOrArn: string): RegionalTable {
    const table = this.find(region, nameOrArn);
    if (!table) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    return table;
  }

  /** As `get`, in the words that operations on the table itself use. */
  describe(region: string, nameOrArn: string): RegionalTable {
    const table = this.find(region, nameOrArn);
    if (!table) {
      const name = parseTableName(nameOrArn);
      throw new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
    }
    return table;
  }

  findByArn(arn: string): RegionalTable | undefined {
    const [, region, name] = TABLE_ARN.exec(arn) ?? [];
    return region && name ? this.find(region, name) : undefined;
  }

  names(region: string): string[] {
    return this.#replicas.keysWithPrefix(`${region}/`).map((key) => key.slice(region.length + 1));
  }

  definitions(): IterableIterator<TableDefinition> {
    return this.#definitions.values();
  }

  putDefinition(definition: TableDefinition): void {
    this.#definitions.put(`${definition.home}/${definition.schema.TableName}`, definition);
  }

  putReplica(name: string, region: string, home: string, settings: ReplicaSettings): void {
    this.#replicas.put(`${region}/${name}`, { region, home, settings });
  }

  deleteReplica(name: string, region: string): void {
    this.#replicas.delete(`${region}/${name}`);
  }

  /** Removes the table and all its replicas; the items are the caller's to delete. */
  delete(definition: TableDefinition): void {
    const { TableName } = definition.schema;
    for (const region of [definition.home, ...definition.replicaRegions]) this.deleteReplica(TableName, region);
    this.#definitions.delete(`${definition.home}/${TableName}`);
  }

  arn(region: string, name: string): string {
    return `arn:aws:dynamodb:${region}:${this.#accountId}:table/${name}`;
  }
}

/** The name of a table that is named by name or by ARN. */
export function parseTableName(nameOrArn: string): string {
  return TABLE_ARN.exec(nameOrArn)?.[2] ?? nameOrArn;
}
