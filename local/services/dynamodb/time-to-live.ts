// Deletes items whose time to live is over, on the virtual clock.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
import type { CancelTimer } from '../../clock/clock.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { buildItemKey, type JsonItem, runNow } from './engine/dynalite.ts';
import { WriteSet, type WrittenItem } from './engine/write-set.ts';
import type { ItemTables } from './tables/item-tables.ts';
import type { TableDefinition } from './tables/table-record.ts';
import type { TableRegistry } from './tables/table-registry.ts';

/** AWS promises deletion within a few days; here an item goes this long after it expired, together with its neighbours. */
const SWEEP_DELAY_MILLISECONDS = 60_000;
/** An item that expired longer ago than this is taken for a mistake and stays, as on AWS. */
const LONGEST_PAST_MILLISECONDS = 5 * 365.25 * 86_400_000;

export class TimeToLive {
  readonly #context: RuntimeContext;
  readonly #registry: TableRegistry;
  readonly #tables: ItemTables;
  /** The next sweep of each table, by `<home>/<name>`. */
  readonly #sweeps = new Map<string, { at: number; cancel: CancelTimer }>();
  #isStopped = true;

  constructor(context: RuntimeContext, registry: TableRegistry, tables: ItemTables) {
    this.#context = context;
    this.#registry = registry;
    this.#tables = tables;
  }

  start(): void {
    this.#isStopped = false;
    for (const definition of this.#registry.definitions()) this.scheduleNext(definition);
  }

  stop(): void {
    this.#isStopped = true;
    for (const { cancel } of this.#sweeps.values()) cancel();
    this.#sweeps.clear();
  }

  /** Looks at all items of a table: for a table whose time to live has just been switched on. */
  scheduleNext(definition: TableDefinition): void {
    this.#cancel(definition);
    if (!definition.timeToLive?.Enabled) return;
    let earliest = Number.POSITIVE_INFINITY;
    for (const item of this.#items(definition).values()) {
      earliest = Math.min(earliest, this.#expiry(definition, item) ?? earliest);
    }
    this.#schedule(definition, earliest);
  }

  /** To be told of every item written. */
  noteWritten(written: readonly WrittenItem[]): void {
    for (const { definition, item } of written) this.#schedule(definition, this.#expiry(definition, item));
  }

  #schedule(definition: TableDefinition, expiry: number | undefined): void {
    if (this.#isStopped || expiry === undefined || !Number.isFinite(expiry)) return;
    const at = Math.max(expiry, this.#context.clock.now()) + SWEEP_DELAY_MILLISECONDS;
    const id = `${definition.home}/${definition.schema.TableName}`;
    const planned = this.#sweeps.get(id);
    if (planned && planned.at <= at) return;
    planned?.cancel();
    const cancel = this.#context.clock.at(at, () => {
      this.#sweeps.delete(id);
      void this.#context.clock.work(this.#sweep(definition));
    });
    this.#sweeps.set(id, { at, cancel });
  }

  async #sweep(swept: TableDefinition): Promise<void> {
    const definition = this.#registry.find(swept.home, swept.schema.TableName)?.definition;
    if (!definition) return;
    const { schema, home } = definition;
    const now = this.#context.clock.now();
    const expired = [...this.#items(definition).values()].filter((item) => {
      const expiry = this.#expiry(definition, item);
      return expiry !== undefined && expiry < now;
    });
    const writes = new WriteSet({ region: home, registry: this.#registry, tables: this.#tables });
    for (const item of expired) {
      const Key = Object.fromEntries(schema.KeySchema.map(({ AttributeName: name }) => [name, item[name]]));
      runNow('deleteItem', writes, { TableName: schema.TableName, Key });
      this.#context.trace.record({
        service: 'dynamodb',
        name: 'item-expired',
        subject: schema.TableName,
        details: { key: buildItemKey(schema, item), keys: Key },
      });
    }
    writes.commit();
    this.scheduleNext(definition);
    await this.#context.store.flush();
  }

  /** Milliseconds since the epoch; undefined for an item that never expires. */
  #expiry(definition: TableDefinition, item: JsonItem): number | undefined {
    if (!definition.timeToLive?.Enabled) return undefined;
    const seconds = item[definition.timeToLive.AttributeName]?.N;
    if (typeof seconds !== 'string') return undefined;
    const expiry = Math.floor(Number(seconds)) * 1000;
    return expiry < this.#context.clock.now() - LONGEST_PAST_MILLISECONDS ? undefined : expiry;
  }

  #items(definition: TableDefinition) {
    return this.#tables.items(definition.home, definition.schema.TableName);
  }

  #cancel(definition: TableDefinition): void {
    const id = `${definition.home}/${definition.schema.TableName}`;
    this.#sweeps.get(id)?.cancel();
    this.#sweeps.delete(id);
  }
}
