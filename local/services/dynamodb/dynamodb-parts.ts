// What the operations and providers of DynamoDB share.
import type { RuntimeContext } from '../../runtime/context.ts';
import { WriteSet } from './engine/write-set.ts';
import { ItemTables } from './tables/item-tables.ts';
import { TableRegistry } from './tables/table-registry.ts';
import { TimeToLive } from './time-to-live.ts';

export interface DynamodbParts {
  readonly context: RuntimeContext;
  readonly registry: TableRegistry;
  readonly tables: ItemTables;
  readonly timeToLive: TimeToLive;
  /** An empty write set for requests made in a region. */
  openWrites(region: string, wholeItemsOf?: string): WriteSet;
  /** Applies the writes and resolves when they are durable. */
  commit(writes: WriteSet): Promise<void>;
}

export function createDynamodbParts(context: RuntimeContext): DynamodbParts {
  const registry = new TableRegistry(context.store, context.accountId);
  const tables = new ItemTables(context.store);
  const timeToLive = new TimeToLive(context, registry, tables);
  return {
    context,
    registry,
    tables,
    timeToLive,
    openWrites: (region, wholeItemsOf) =>
      new WriteSet({ region, registry, tables, ...(wholeItemsOf && { wholeItemsOf }) }),
    async commit(writes) {
      timeToLive.noteWritten(writes.commit());
      await context.store.flush();
    },
  };
}
