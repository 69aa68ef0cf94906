// Functions below lambdas/rollback/: rollbacks.
import { type FunctionContract, githubEnvironment } from './function-contract.ts';

export const rollbackFunctions = {
  'decide-rollback': {
    entry: 'lambdas/rollback/decide-rollback.handler.ts',
    description: 'Decides whether and where to a release goes back, records why, and quarantines what is taken back',
    concern: 'rollback',
    environment: ['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', ...githubEnvironment],
    uses: ['ledger-read', 'ledger-write', 'github', 'registry', 'configuration'],
  },
  'preempt-leases': {
    entry: 'lambdas/rollback/preempt-leases.handler.ts',
    description: 'Takes the leases of a rollback, from a running promotion too',
    concern: 'rollback',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write'],
  },
  'break-glass': {
    entry: 'lambdas/rollback/break-glass.handler.ts',
    description: 'Pins the earlier version through Argo CD and Kubernetes while Git cannot be reached',
    concern: 'rollback',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'kubernetes', 'configuration'],
  },
  'reconcile-git': {
    entry: 'lambdas/rollback/reconcile-git.handler.ts',
    description: 'Writes into Git what was pinned past it, and takes the override away',
    concern: 'rollback',
    environment: ['LEDGER_TABLE_NAME', ...githubEnvironment],
    uses: ['ledger-read', 'ledger-write', 'kubernetes', 'github', 'configuration'],
  },
  'open-incident': {
    entry: 'lambdas/rollback/open-incident.handler.ts',
    description: 'Records the incident behind a rollback and opens an issue about it',
    concern: 'rollback',
    environment: ['LEDGER_TABLE_NAME', ...githubEnvironment],
    uses: ['ledger-read', 'ledger-write', 'github'],
  },
} as const satisfies Record<string, FunctionContract>;
