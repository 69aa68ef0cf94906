// Functions below lambdas/certificates/: certificates.
import type { FunctionContract } from './function-contract.ts';

export const certificateFunctions = {
  'list-certificates': {
    entry: 'lambdas/certificates/list-certificates.handler.ts',
    description: 'Says which certificates are to be checked, in batches',
    concern: 'certificates',
    environment: [],
    uses: ['configuration'],
  },
  'check-certificates': {
    entry: 'lambdas/certificates/check-certificates.handler.ts',
    description:
      'Compares what is served with the Secret, cert-manager and ACM, tells of changes and records the verdicts',
    concern: 'certificates',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ADDRESSES_PARAMETER_PATH'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'addresses', 'kubernetes-certificates', 'configuration'],
  },
  'plan-renewal': {
    entry: 'lambdas/certificates/plan-renewal.handler.ts',
    description: 'Says whether and how a certificate is renewed, and takes the right to do it',
    concern: 'certificates',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ADDRESSES_PARAMETER_PATH'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'addresses', 'kubernetes-certificates', 'configuration'],
  },
  'trigger-renewal': {
    entry: 'lambdas/certificates/trigger-renewal.handler.ts',
    description: 'Asks cert-manager to issue a certificate anew',
    concern: 'certificates',
    environment: [],
    uses: ['kubernetes-renewals', 'configuration'],
  },
  'follow-renewal': {
    entry: 'lambdas/certificates/follow-renewal.handler.ts',
    description: 'Says how far an issuance is and whether every address serves what was issued',
    concern: 'certificates',
    environment: ['ADDRESSES_PARAMETER_PATH'],
    uses: ['addresses', 'kubernetes-certificates', 'configuration'],
  },
  'restart-consumers': {
    entry: 'lambdas/certificates/restart-consumers.handler.ts',
    description: 'Restarts what does not load a renewed certificate by itself',
    concern: 'certificates',
    environment: [],
    uses: ['kubernetes-renewals', 'configuration'],
  },
  'settle-renewal': {
    entry: 'lambdas/certificates/settle-renewal.handler.ts',
    description: 'Records how a renewal ended, gives back the right to renew, and tells',
    concern: 'certificates',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'configuration'],
  },
} as const satisfies Record<string, FunctionContract>;
