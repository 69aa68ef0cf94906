// Functions below lambdas/configuration/: backups of configuration.
import type { FunctionContract } from './function-contract.ts';

export const configurationFunctions = {
  'plan-configuration-backups': {
    entry: 'lambdas/configuration/plan-configuration-backups.handler.ts',
    description: 'Says which environments’ configuration a run backs up, and enters the backups into the catalogue',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'configuration'],
  },
  'back-up-configuration': {
    entry: 'lambdas/configuration/back-up-configuration.handler.ts',
    description: 'Stores what is configured in a cluster, of Secrets never a value, and tells what has changed',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'PEPPER_KEY_ID'],
    uses: [
      'ledger-read',
      'ledger-write',
      'bus',
      'kubernetes-configuration',
      'configuration-backups-write',
      'configuration',
    ],
  },
  'escrow-sealing-keys': {
    entry: 'lambdas/configuration/escrow-sealing-keys.handler.ts',
    description: 'Puts the keys of Sealed Secrets into escrow, where only a person can open them',
    concern: 'backups',
    environment: ['ESCROW_KEY_ID'],
    uses: ['kubernetes-sealing-keys', 'sealing-keys-write', 'configuration'],
  },
} as const satisfies Record<string, FunctionContract>;
