// Functions below lambdas/gates/: gates.
import type { FunctionContract } from './function-contract.ts';

export const gateFunctions = {
  'track-alert': {
    entry: 'lambdas/gates/track-alert.handler.ts',
    description: 'Remembers which critical alerts fire, for the gates',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-write', 'configuration'],
  },
  'request-override': {
    entry: 'lambdas/gates/request-override.handler.ts',
    description: 'Asks two people to overrule gates for a time, for a reason',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'configuration'],
  },
} as const satisfies Record<string, FunctionContract>;
