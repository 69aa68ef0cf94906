// What every item of the ledger has.
import * as z from 'zod/mini';

export interface LedgerKey {
  readonly pk: string;
  readonly sk: string;
}

/** Fields of an item that is found by its key alone. */
export const keyed = { pk: z.string(), sk: z.string() };
/** Fields of an item that is also listed by its kind. */
export const indexed = { ...keyed, kind: z.string(), sortKey: z.string() };
