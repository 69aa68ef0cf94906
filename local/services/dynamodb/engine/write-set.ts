// The writes of one request, collected and then applied all at once: the store that dynalite's actions work on.
import { AwsError } from '../../../runtime/service.ts';
import type { Table } from '../../../storage/store.ts';
import type { ItemTables } from '../tables/item-tables.ts';
import type { TableDefinition } from '../tables/table-record.ts';
import type { TableRegistry } from '../tables/table-registry.ts';
import {
  type ActionStore,
  actionOptions,
  buildItemKey,
  type Done,
  type ItemDatabase,
  type JsonItem,
  type TableSchema,
} from './dynalite.ts';
import { readRange, ValueStream } from './value-stream.ts';

export interface WrittenItem {
  readonly definition: TableDefinition;
  readonly item: JsonItem;
}

interface TableWrites {
  readonly table: Table<JsonItem>;
  /** Of a table itself; an index has none. */
  readonly definition: TableDefinition | undefined;
  /** By key; undefined for a deletion. */
  readonly changes: Map<string, JsonItem | undefined>;
}

/**
 * Reads see the writes made so far; nobody else does until `commit`, which happens within one tick, so that all of
 * them become durable together or not at all. A write set that is dropped has done nothing.
 */
export class WriteSet implements ActionStore {
  readonly options = actionOptions;
  readonly #region: string;
  readonly #registry: TableRegistry;
  readonly #tables: ItemTables;
  readonly #writes = new Map<Table<JsonItem>, TableWrites>();
  /** A local index that a query wants all attributes from: its entries are replaced by the whole items. */
  readonly #wholeItemsOf: string | undefined;

  constructor(parts: { region: string; registry: TableRegistry; tables: ItemTables; wholeItemsOf?: string }) {
    this.#region = parts.region;
    this.#registry = parts.registry;
    this.#tables = parts.tables;
    this.#wholeItemsOf = parts.wholeItemsOf;
  }

  /** Applies the writes and returns what was put into which table, for who must know of it. */
  commit(): WrittenItem[] {
    const written: WrittenItem[] = [];
    for (const { table, definition, changes } of this.#writes.values()) {
      for (const [key, item] of changes) {
        if (item) table.put(key, item);
        else table.delete(key);
        if (item && definition) written.push({ definition, item });
      }
    }
    this.#writes.clear();
    return written;
  }

  getTable(name: string, done: Done<TableSchema>): void {
    const table = this.#registry.find(this.#region, name);
    if (!table) {
      done(new AwsError('ResourceNotFoundException', 'Requested resource not found'));
      return;
    }
    done(undefined, this.#withWholeItems(table.definition.schema));
  }

  getItemDb(name: string): ItemDatabase {
    const { definition } = this.#registry.get(this.#region, name);
    return this.#database(this.#tables.items(definition.home, definition.schema.TableName), { definition });
  }

  getIndexDb(_type: string, name: string, indexName: string): ItemDatabase {
    const { home, schema } = this.#registry.get(this.#region, name).definition;
    const index = this.#tables.index(home, schema, indexName);
    if (indexName !== this.#wholeItemsOf) return this.#database(index);
    const items = this.#tables.items(home, schema.TableName);
    return this.#database(index, { toItem: (entry) => items.get(buildItemKey(schema, entry)) ?? entry });
  }

  #withWholeItems(schema: TableSchema): TableSchema {
    if (!schema.LocalSecondaryIndexes?.some(({ IndexName }) => IndexName === this.#wholeItemsOf)) return schema;
    const LocalSecondaryIndexes = schema.LocalSecondaryIndexes.map((index) =>
      index.IndexName === this.#wholeItemsOf ? { ...index, Projection: { ProjectionType: 'ALL' } } : index,
    );
    return { ...schema, LocalSecondaryIndexes };
  }

  #database(
    table: Table<JsonItem>,
    options: { definition?: TableDefinition; toItem?: (entry: JsonItem) => JsonItem } = {},
  ): ItemDatabase {
    const { definition, toItem = (entry) => entry } = options;
    const write = (key: string, item: JsonItem | undefined) => {
      const writes = this.#writes.get(table) ?? { table, definition, changes: new Map() };
      writes.changes.set(key, item);
      this.#writes.set(table, writes);
    };
    return {
      get: (key, done) => {
        const changes = this.#writes.get(table)?.changes;
        done(undefined, changes?.has(key) ? changes.get(key) : table.get(key));
      },
      put: (key, item, done) => {
        write(key, item);
        done();
      },
      del: (key, done) => {
        write(key, undefined);
        done();
      },
      // Actions run to their end without yielding: there is nobody to lock out.
      lock: (_key, locked) => locked((done) => done),
      createValueStream: (range) => new ValueStream(readRange(table, range).map(toItem)),
    };
  }
}
