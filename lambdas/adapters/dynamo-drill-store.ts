// The drills of the recovery region, in the ledger.

import { fromItem } from '../../contracts/ledger/attribute-values.ts';
import {
  recoveryDrillKeys,
  recoveryDrillKinds,
  recoveryDrillRecord,
  recoveryDrillRunRecord,
} from '../../contracts/ledger/recovery-drills.ts';
import type { DrillStore } from '../../core/recovery/begin-drill.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoDrillStore(ledger: DynamoLedger): DrillStore {
  const runKey = recoveryDrillKeys.recoveryDrillRun();
  return {
    async claim(run, deadHolder) {
      const claim = await ledger.put(
        { ...runKey, ...run },
        {
          expression: 'attribute_not_exists(pk) OR executionArn = :own OR executionArn = :dead',
          values: { ':own': run.executionArn, ':dead': deadHolder ?? '-' },
        },
      );
      if (claim.written) return undefined;
      return claim.existing === undefined
        ? { ...runKey, drillId: 'another drill', executionArn: '' }
        : recoveryDrillRunRecord.parse(fromItem(claim.existing));
    },
    async release(executionArn) {
      const held = await ledger.find(recoveryDrillRunRecord, runKey);
      if (held?.executionArn === executionArn) await ledger.remove(runKey);
    },
    find: (drillId) => ledger.find(recoveryDrillRecord, recoveryDrillKeys.recoveryDrill(drillId)),
    list: () => ledger.listByKind(recoveryDrillRecord, recoveryDrillKinds.recoveryDrill),
    async put(record) {
      await ledger.put(record);
    },
  };
}
