// Functions below lambdas/approvals/: approvals.
import type { FunctionContract } from './function-contract.ts';

export const approvalFunctions = {
  'request-approval': {
    entry: 'lambdas/approvals/request-approval.handler.ts',
    description: 'Asks people to agree to a plan and remembers which execution waits for it',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'task-tokens', 'configuration'],
  },
  'decide-approval': {
    entry: 'lambdas/approvals/decide-approval.handler.ts',
    description:
      'Counts what a person answers, and lets the waiting execution go on when it is enough; closes what nobody waits for any more',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'task-tokens', 'task-tokens-recovery', 'configuration'],
  },
  'answer-deployment-protection': {
    entry: 'lambdas/approvals/answer-deployment-protection.handler.ts',
    description: 'Tells a job of GitHub Actions whether it may deploy to an environment',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH'],
    uses: ['ledger-read', 'ledger-write', 'github', 'configuration'],
  },
  'close-approval': {
    entry: 'lambdas/approvals/close-approval.handler.ts',
    description: 'Ends a request for approval that nobody has answered in time',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus'],
  },
} as const satisfies Record<string, FunctionContract>;
