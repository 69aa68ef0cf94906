// The items of every table, durable in the store, and the secondary indexes over them, kept in memory.
import { MemoryTable } from '../../../storage/memory-table.ts';
import type { Store, Table } from '../../../storage/store.ts';
import { buildIndexEntries, type JsonItem, type SecondaryIndex, type TableSchema } from '../engine/dynalite.ts';

/** One set of items for a table and all its replicas; `home` is the region that the table was created in. */
export class ItemTables {
  readonly #store: Store;
  /** An index holds nothing that its items do not: it is built anew from them, so that a crash cannot part the two. */
  readonly #indexes = new Map<string, MemoryTable<JsonItem>>();

  constructor(store: Store) {
    this.#store = store;
  }

  items(home: string, table: string): Table<JsonItem> {
    return this.#store.table<JsonItem>(`dynamodb/items/${home}/${table}`);
  }

  index(home: string, schema: TableSchema, indexName: string): Table<JsonItem> {
    const id = `${home}/${schema.TableName}/${indexName}`;
    let index = this.#indexes.get(id);
    if (!index) {
      index = this.#buildIndex(home, schema, indexName);
      this.#indexes.set(id, index);
    }
    return index;
  }

  /** Forgets the indexes of a table whose schema has changed: they are built again when next used. */
  forgetIndexes(home: string, table: string): void {
    for (const id of this.#indexes.keys()) if (id.startsWith(`${home}/${table}/`)) this.#indexes.delete(id);
  }

  deleteAll(home: string, table: string): void {
    const items = this.items(home, table);
    for (const key of items.keysWithPrefix('')) items.delete(key);
    this.forgetIndexes(home, table);
  }

  #buildIndex(home: string, schema: TableSchema, indexName: string): MemoryTable<JsonItem> {
    const index = new MemoryTable<JsonItem>(indexName, () => undefined);
    const definitions = secondaryIndexes(schema).filter(({ IndexName }) => IndexName === indexName);
    for (const item of this.items(home, schema.TableName).values()) {
      for (const entry of buildIndexEntries(schema, definitions, item)) index.put(entry.key, entry.item);
    }
    return index;
  }
}

/** Global and local ones. */
export function secondaryIndexes(schema: TableSchema): readonly SecondaryIndex[] {
  return [...(schema.GlobalSecondaryIndexes ?? []), ...(schema.LocalSecondaryIndexes ?? [])];
}
