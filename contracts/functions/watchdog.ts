// Functions below lambdas/watchdog/: jobs and metrics.
import type { FunctionContract } from './function-contract.ts';

export const watchdogFunctions = {
  'watch-jobs': {
    entry: 'lambdas/watchdog/watch-jobs.handler.ts',
    description:
      'Tells when a job stays away, takes too long or does much less than usual; measures how far archives reach',
    concern: 'watchdog',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'schedules-read', 'backups-read', 'configuration'],
  },
  'expose-metrics': {
    entry: 'lambdas/watchdog/expose-metrics.handler.ts',
    description: 'Answers GET /metrics from the ledger, in Prometheus exposition format',
    concern: 'watchdog',
    environment: ['LEDGER_TABLE_NAME', 'METRICS_SECRET_ID'],
    uses: ['ledger-read', 'metrics-secret'],
  },
} as const satisfies Record<string, FunctionContract>;
