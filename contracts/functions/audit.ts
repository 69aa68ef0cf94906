// Functions below lambdas/audit/: the index of events.
import type { FunctionContract } from './function-contract.ts';

export const auditFunctions = {
  'record-event': {
    entry: 'lambdas/audit/record-event.handler.ts',
    description: 'Writes every event into the index that answers what caused what',
    concern: 'audit',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-write', 'configuration'],
  },
} as const satisfies Record<string, FunctionContract>;
