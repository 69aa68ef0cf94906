// The functions of the recovery stack: what must work when the primary region does not. Some are the primary region's, deployed once more.
import type { EnvironmentVariable } from './functions/function-contract.ts';
import { type FunctionName, functions } from './functions.ts';

/** What a function of the recovery region may use there. */
export type RecoveryCapability =
  | 'ledger-read'
  | 'ledger-write'
  | 'bus'
  | 'backups-read'
  | 'scorecards-write'
  | 'secrets-describe'
  | 'registry'
  | 'kubernetes-recovery'
  | 'kubernetes-primary'
  | 'dns-read'
  | 'dns-write'
  | 'replicas-read'
  | 'replicas-promote'
  | 'task-tokens'
  | 'task-tokens-primary'
  | 'slack-signing-secret'
  | 'slack'
  | 'pager-duty'
  | 'github'
  | 'alarm-topic'
  | 'configuration';

export interface RecoveryFunctionContract {
  readonly entry: string;
  readonly description: string;
  readonly environment: readonly EnvironmentVariable[];
  readonly uses: readonly RecoveryCapability[];
}

/** One of the primary region's, as it is. */
function again(name: FunctionName, uses: readonly RecoveryCapability[]): RecoveryFunctionContract {
  const { entry, description, environment } = functions[name];
  return { entry, description, environment, uses };
}

/** By function name. */
export const recoveryRegionFunctions = {
  'plan-drill': {
    entry: 'lambdas/recovery/plan-drill.handler.ts',
    description: 'Says what a drill restores in the recovery region, and enters it into the ledger before it is made',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'configuration'],
  },
  'start-recovery-job': {
    entry: 'lambdas/recovery/start-recovery-job.handler.ts',
    description: 'Has a cluster of either region run the backup agent',
    environment: [],
    uses: ['kubernetes-recovery', 'kubernetes-primary', 'configuration'],
  },
  'read-recovery-job': {
    entry: 'lambdas/recovery/read-recovery-job.handler.ts',
    description: 'Says whether a Job of the agent has ended, why it failed, and when to look again',
    environment: [],
    uses: ['kubernetes-recovery', 'kubernetes-primary', 'backups-read', 'configuration'],
  },
  'score-drill': {
    entry: 'lambdas/recovery/score-drill.handler.ts',
    description: 'Judges what a drill has restored, and looks whether everything else is there that a recovery needs',
    environment: ['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', 'ADDRESSES_PARAMETER_PATH', 'REPLICATED_SECRET_IDS'],
    uses: ['ledger-read', 'backups-read', 'secrets-describe', 'registry', 'configuration'],
  },
  'stop-drill-jobs': {
    entry: 'lambdas/recovery/stop-drill-jobs.handler.ts',
    description: 'Removes the Jobs that drills have started, and says what is left of them',
    environment: [],
    uses: ['kubernetes-recovery', 'configuration'],
  },
  'settle-drill': {
    entry: 'lambdas/recovery/settle-drill.handler.ts',
    description: 'Writes the scorecard of a drill, as data and as a page, and tells how it ended',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: [
      'ledger-read',
      'ledger-write',
      'bus',
      'backups-read',
      'scorecards-write',
      'kubernetes-recovery',
      'configuration',
    ],
  },
  'plan-fail-over': {
    entry: 'lambdas/recovery/plan-fail-over.handler.ts',
    description: 'Says what a fail-over or a fail-back would do, or why it is impossible',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'dns-read', 'replicas-read', 'configuration'],
  },
  'take-over-move': {
    entry: 'lambdas/recovery/take-over-move.handler.ts',
    description:
      'Finds what a fail-over that was cut off has left held, and whether it is taken back or brought to its end',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'dns-read', 'configuration'],
  },
  'fence-environment': {
    entry: 'lambdas/recovery/fence-environment.handler.ts',
    description: 'Holds everything else off an environment that moves, and lets it in again',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'configuration'],
  },
  'commit-site': {
    entry: 'lambdas/recovery/commit-site.handler.ts',
    description: 'Starts and stops the services of the recovery region by a commit to the GitOps repository',
    environment: ['GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH'],
    uses: ['github', 'configuration'],
  },
  'verify-site': {
    entry: 'lambdas/recovery/verify-site.handler.ts',
    description:
      'Asks the services, Argo CD and the restored data in the region that an environment moves to how they are',
    environment: [],
    uses: ['kubernetes-recovery', 'kubernetes-primary', 'backups-read', 'configuration'],
  },
  'record-move': {
    entry: 'lambdas/recovery/record-move.handler.ts',
    description: 'Enters the backup that an environment comes home with into the catalogue',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-write', 'backups-read'],
  },
  'switch-dns': {
    entry: 'lambdas/recovery/switch-dns.handler.ts',
    description: 'Leads the names of an environment to the other region, and back',
    environment: [],
    uses: ['dns-read', 'dns-write'],
  },
  'promote-replica': {
    entry: 'lambdas/recovery/promote-replica.handler.ts',
    description: 'Has RDS make a read replica the database of an environment that has moved to the recovery region',
    environment: [],
    uses: ['replicas-promote'],
  },
  'settle-fail-over': {
    entry: 'lambdas/recovery/settle-fail-over.handler.ts',
    description: 'Writes down how far a fail-over is, and tells people',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-write', 'bus', 'configuration'],
  },
  'request-approval': again('request-approval', ['ledger-read', 'ledger-write', 'bus', 'task-tokens', 'configuration']),
  'plan-home-fences': {
    entry: 'lambdas/recovery/plan-home-fences.handler.ts',
    description: 'Says which databases that were left behind may still take writes',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'configuration'],
  },
  'record-home-fences': {
    entry: 'lambdas/recovery/record-home-fences.handler.ts',
    description: 'Writes down that databases that were left behind take no writes any more, and tells people',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'configuration'],
  },
  'receive-slack-interaction': again('receive-slack-interaction', [
    'ledger-read',
    'ledger-write',
    'bus',
    'slack-signing-secret',
  ]),
  'decide-approval': again('decide-approval', [
    'ledger-read',
    'ledger-write',
    'bus',
    'task-tokens',
    'task-tokens-primary',
    'configuration',
  ]),
  'close-approval': again('close-approval', ['ledger-read', 'ledger-write', 'bus']),
  notify: again('notify', [
    'ledger-read',
    'ledger-write',
    'slack',
    'pager-duty',
    'alarm-topic',
    'github',
    'configuration',
  ]),
  'record-event': again('record-event', ['ledger-write', 'configuration']),
} as const satisfies Record<string, RecoveryFunctionContract>;

export type RecoveryFunctionName = keyof typeof recoveryRegionFunctions;
