// Functions below lambdas/ingress/: what comes in over HTTP.
import { type FunctionContract, githubEnvironment } from './function-contract.ts';

export const ingressFunctions = {
  'receive-github-webhook': {
    entry: 'lambdas/ingress/receive-github-webhook.handler.ts',
    description: 'Verifies, claims and publishes what GitHub sends',
    concern: 'ingress',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'CLAIM_CHECK_BUCKET_NAME', 'GITHUB_WEBHOOK_SECRET_ID'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'claim-check-write', 'github-webhook-secret', 'configuration'],
  },
  'receive-alertmanager-notification': {
    entry: 'lambdas/ingress/receive-alertmanager-notification.handler.ts',
    description: 'Verifies, claims and publishes what Alertmanager sends: one event for each alert and state',
    concern: 'ingress',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ALERTMANAGER_SECRET_ID'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'alertmanager-secret', 'configuration'],
  },
  'receive-slack-interaction': {
    entry: 'lambdas/ingress/receive-slack-interaction.handler.ts',
    description: 'Verifies, claims and publishes the buttons that people press in Slack',
    concern: 'ingress',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'SLACK_SIGNING_SECRET_ID'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'slack-signing-secret'],
  },
  'receive-argocd-notification': {
    entry: 'lambdas/ingress/receive-argocd-notification.handler.ts',
    description: "Verifies, claims and publishes what Argo CD's notifications say of an environment",
    concern: 'ingress',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ARGOCD_SECRET_ID'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'argocd-secret', 'configuration'],
  },
  'receive-flagger-event': {
    entry: 'lambdas/ingress/receive-flagger-event.handler.ts',
    description: 'Verifies, claims and publishes what Flagger says of a canary',
    concern: 'ingress',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'FLAGGER_SECRET_ID'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'flagger-secret', 'configuration'],
  },
  'answer-flagger-gate': {
    entry: 'lambdas/ingress/answer-flagger-gate.handler.ts',
    description: 'Tells Flagger whether a canary may begin, may be promoted, or must go back',
    concern: 'ingress',
    environment: ['LEDGER_TABLE_NAME', 'FLAGGER_SECRET_ID'],
    uses: ['ledger-read', 'flagger-secret', 'configuration'],
  },
  'redeliver-failed-webhooks': {
    entry: 'lambdas/ingress/redeliver-failed-webhooks.handler.ts',
    description: 'Asks GitHub to send again what it could not deliver',
    concern: 'ingress',
    environment: ['LEDGER_TABLE_NAME', ...githubEnvironment],
    uses: ['ledger-write', 'github', 'configuration'],
  },
} as const satisfies Record<string, FunctionContract>;
