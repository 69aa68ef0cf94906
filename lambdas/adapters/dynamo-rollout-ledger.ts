// What is being changed right now, and what must not run, in the ledger.

import { quarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { RolloutLedger } from '../../core/promotion/commit-promotion.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoRolloutLedger(ledger: DynamoLedger): RolloutLedger {
  return {
    async findQuarantine(service, digest) {
      return (await ledger.find(quarantineRecord, ledgerKey.quarantine(service, digest)))?.reason;
    },
    async recordRollout(rollout) {
      await ledger.put(rollout, {
        expression: 'attribute_not_exists(pk) OR fencingToken <= :token',
        values: { ':token': rollout.fencingToken },
      });
    },
  };
}
