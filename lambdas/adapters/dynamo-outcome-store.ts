// How promotions ended, in the ledger.
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { OutcomeStore } from '../../core/promotion/record-outcome.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoOutcomeStore(ledger: DynamoLedger): OutcomeStore {
  return {
    async findCurrent(environment, service) {
      return await ledger.find(currentRecord, ledgerKey.current(environment, service));
    },
    async putPromotion(record) {
      await ledger.put(record);
    },
    async putDecision(record) {
      await ledger.put(record);
    },
    async appendDeployment(record) {
      await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
    },
    async moveCurrent(record) {
      const { written } = await ledger.put(record, {
        expression: 'attribute_not_exists(pk) OR fencingToken <= :token',
        values: { ':token': record.fencingToken },
      });
      return written;
    },
  };
}
