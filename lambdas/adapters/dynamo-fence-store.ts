// What holds others off an environment, in the ledger.
import { circuitKeys, circuitRecord } from '../../contracts/ledger/circuits.ts';
import { failOverKeys, siteRecord } from '../../contracts/ledger/fail-overs.ts';
import { freezeKeys } from '../../contracts/ledger/freezes.ts';
import type { FenceStore } from '../../core/recovery/fence-environment.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoFenceStore(ledger: DynamoLedger): FenceStore {
  return {
    findSite: (environment) => ledger.find(siteRecord, failOverKeys.site(environment)),
    async putSite(record, by) {
      const condition = {
        expression: 'attribute_not_exists(pk) OR attribute_not_exists(movedBy) OR movedBy = :by',
        values: { ':by': by },
      };
      return (await ledger.put(record, condition)).written;
    },
    findCircuit: (scope) => ledger.find(circuitRecord, circuitKeys.circuit(scope)),
    async putCircuit(record) {
      await ledger.put(record);
    },
    async putFreeze(record) {
      await ledger.put(record);
    },
    removeFreeze: (freezeId) => ledger.remove(freezeKeys.freeze(freezeId)),
  };
}
