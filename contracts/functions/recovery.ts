// Functions below lambdas/recovery/: the recovery region.
import type { FunctionContract } from './function-contract.ts';

export const recoveryFunctions = {
  'measure-replication': {
    entry: 'lambdas/recovery/measure-replication.handler.ts',
    description: 'Measures the age of what stands in the recovery region, and sends again what has not arrived',
    concern: 'backups',
    environment: [
      'LEDGER_TABLE_NAME',
      'EVENT_BUS_NAME',
      'REPLICATED_SECRET_IDS',
      'REGISTRY_SECRET_ID',
      'ADDRESSES_PARAMETER_PATH',
    ],
    uses: [
      'ledger-read',
      'ledger-write',
      'bus',
      'replication',
      'snapshots-copy',
      'registry',
      'image-replication',
      'configuration',
    ],
  },
} as const satisfies Record<string, FunctionContract>;
