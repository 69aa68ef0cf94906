// Which colour is live where, in the ledger.
import { type ColoursRecord, coloursRecord } from '../../contracts/ledger/colours.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { ColourStore } from '../../core/promotion/strategies/retire-colours.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoColours(ledger: DynamoLedger): ColourStore {
  return {
    async list(): Promise<ColoursRecord[]> {
      return await ledger.listByKind(coloursRecord, ledgerKind.colours);
    },
    /** What a later holder of the lease wrote stays. */
    async put(records) {
      for (const record of records) {
        await ledger.put(record, {
          expression: 'attribute_not_exists(pk) OR fencingToken <= :token',
          values: { ':token': record.fencingToken },
        });
      }
    },
  };
}
