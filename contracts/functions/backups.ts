// Functions below lambdas/backups/: backups of databases and what is done with them.
import type { FunctionContract } from './function-contract.ts';

export const backupFunctions = {
  'plan-backups': {
    entry: 'lambdas/backups/plan-backups.handler.ts',
    description: 'Says which backups a run makes, and enters them into the catalogue as running',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'configuration'],
  },
  'start-agent-job': {
    entry: 'lambdas/backups/start-agent-job.handler.ts',
    description: 'Has the cluster of an environment run the backup agent',
    concern: 'backups',
    environment: [],
    uses: ['kubernetes-jobs', 'configuration'],
  },
  'read-agent-job': {
    entry: 'lambdas/backups/read-agent-job.handler.ts',
    description: 'Says whether a Job of the backup agent has ended, and when to look again',
    concern: 'backups',
    environment: [],
    uses: ['kubernetes-jobs', 'configuration'],
  },
  'record-backup': {
    entry: 'lambdas/backups/record-backup.handler.ts',
    description: 'Judges a backup by what is stored, writes the catalogue and publishes how it ended',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'backups-read'],
  },
  'plan-verifications': {
    entry: 'lambdas/backups/plan-verifications.handler.ts',
    description: 'Says which backups are to be proven by a restore',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'configuration'],
  },
  'record-verification': {
    entry: 'lambdas/backups/record-verification.handler.ts',
    description: 'Writes into the catalogue whether a backup was proven, and tells it',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'backups-read'],
  },
  'advance-database': {
    entry: 'lambdas/backups/advance-database.handler.ts',
    description: 'Has RDS restore: for a proof into a network of its own, or beside the live server and into its place',
    concern: 'backups',
    environment: [],
    uses: ['snapshots-proof', 'servers-restore', 'configuration'],
  },
  'plan-restore': {
    entry: 'lambdas/backups/plan-restore.handler.ts',
    description: 'Says what a restore would do, or why it is impossible and what is possible instead',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'backups-read', 'servers-read', 'configuration'],
  },
  'record-restore': {
    entry: 'lambdas/backups/record-restore.handler.ts',
    description: 'Judges a step of a restore by what the agent left, and tells how far it is',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'bus', 'backups-read'],
  },
  'apply-retention': {
    entry: 'lambdas/backups/apply-retention.handler.ts',
    description:
      'Keeps the last proven backup of each database whatever its age, and enters what has expired or is missing',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: [
      'ledger-read',
      'ledger-write',
      'bus',
      'backups-read',
      'backups-tag',
      'snapshots-expiry',
      'proofs-sweep',
      'configuration',
    ],
  },
} as const satisfies Record<string, FunctionContract>;
