// Which colour is live where, in the ledger.
import { type ColoursRecord, coloursRecord } from '../../contracts/ledger/colours.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoColours(ledger: DynamoLedger) {
  return {
    async find(environment: string, service: string): Promise<ColoursRecord | undefined> {
      return await ledger.find(coloursRecord, ledgerKey.colours(environment, service));
    },
    /** What a later holder of the lease wrote stays. */
    async put(records: readonly ColoursRecord[]): Promise<void> {
      for (const record of records) {
        await ledger.put(record, {
          expression: 'attribute_not_exists(pk) OR fencingToken <= :token',
          values: { ':token': record.fencingToken },
        });
      }
    },
  };
}
