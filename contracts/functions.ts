// Every deployed function: where its code is, which environment it reads and what it may use. The stack is wired from this table.

/** What a function may use; the stack turns each into IAM permissions. */
export type Capability =
  | 'ledger-read'
  | 'ledger-write'
  | 'bus'
  | 'claim-check-write'
  | 'claim-check-read'
  | 'github'
  | 'github-webhook-secret'
  | 'alertmanager-secret'
  | 'argocd-secret'
  | 'flagger-secret'
  | 'slack'
  | 'pager-duty'
  | 'alarm-topic'
  | 'slack-signing-secret'
  | 'addresses'
  | 'kubernetes'
  | 'kubernetes-certificates'
  | 'kubernetes-renewals'
  | 'kubernetes-jobs'
  | 'kubernetes-configuration'
  | 'kubernetes-sealing-keys'
  | 'configuration-backups-write'
  | 'sealing-keys-write'
  | 'replication'
  | 'backups-read'
  | 'backups-tag'
  | 'registry'
  | 'task-tokens'
  | 'schedules-read'
  | 'metrics-secret'
  | 'configuration';

export type EnvironmentVariable =
  | 'LEDGER_TABLE_NAME'
  | 'EVENT_BUS_NAME'
  | 'CLAIM_CHECK_BUCKET_NAME'
  | 'GITHUB_SECRET_ID'
  | 'GITHUB_WEBHOOK_SECRET_ID'
  | 'ALERTMANAGER_SECRET_ID'
  | 'ARGOCD_SECRET_ID'
  | 'FLAGGER_SECRET_ID'
  | 'SLACK_SECRET_ID'
  | 'PAGER_DUTY_SECRET_ID'
  | 'ALARM_TOPIC_ARN'
  | 'SLACK_SIGNING_SECRET_ID'
  | 'REGISTRY_SECRET_ID'
  | 'METRICS_SECRET_ID'
  | 'PEPPER_KEY_ID'
  | 'ESCROW_KEY_ID'
  | 'REPLICATED_SECRET_IDS'
  | 'ADDRESSES_PARAMETER_PATH';

export interface FunctionContract {
  /** The handler's file, from the repository's root. */
  readonly entry: string;
  readonly description: string;
  readonly concern:
    | 'ingress'
    | 'promotion'
    | 'approval'
    | 'rollback'
    | 'certificates'
    | 'backups'
    | 'watchdog'
    | 'notification'
    | 'audit';
  readonly environment: readonly EnvironmentVariable[];
  readonly uses: readonly Capability[];
}

const github = ['GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH'] as const;

/** By function name. */
export const functions = {
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
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-write', 'github', 'configuration'],
  },
  'plan-promotion': {
    entry: 'lambdas/promotion/plan-promotion.handler.ts',
    description: 'Says which services an event or a person promotes, where to, and why',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'github', 'configuration'],
  },
  'await-build': {
    entry: 'lambdas/promotion/await-build.handler.ts',
    description:
      'Remembers who waits for the build of a commit; asks GitHub, and answers at once when it has ended already',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'ledger-write', 'task-tokens', 'github', 'configuration'],
  },
  'report-build': {
    entry: 'lambdas/promotion/report-build.handler.ts',
    description: 'Records how the build of a commit ended and tells those who wait for it',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'task-tokens', 'configuration'],
  },
  'resolve-images': {
    entry: 'lambdas/promotion/resolve-images.handler.ts',
    description: 'Finds the digest of each image: the recorded one, else the one that the registry has under the tag',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', 'ADDRESSES_PARAMETER_PATH'],
    uses: ['ledger-read', 'ledger-write', 'registry', 'configuration'],
  },
  'evaluate-gates': {
    entry: 'lambdas/promotion/evaluate-gates.handler.ts',
    description: 'Plans the change to Git and asks every gate of the environment whether it may pass',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', ...github],
    uses: ['ledger-read', 'github', 'registry', 'configuration'],
  },
  'preview-change': {
    entry: 'lambdas/promotion/preview-change.handler.ts',
    description: 'Shows what a promotion or a rollback would do, and does nothing',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', ...github],
    uses: ['ledger-read', 'github', 'registry', 'configuration'],
  },
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
  'acquire-leases': {
    entry: 'lambdas/promotion/acquire-leases.handler.ts',
    description:
      'Takes the lease of each service in its environment, unless somebody holds it or wants something newer',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write'],
  },
  'release-leases': {
    entry: 'lambdas/promotion/release-leases.handler.ts',
    description: 'Gives back the leases that an execution holds',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-write'],
  },
  'commit-promotion': {
    entry: 'lambdas/promotion/commit-promotion.handler.ts',
    description: 'Writes one phase of a promotion or rollback into the GitOps repository: one commit for each',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'ledger-write', 'github', 'configuration'],
  },
  'read-rollout': {
    entry: 'lambdas/promotion/read-rollout.handler.ts',
    description: 'Reads from Argo CD, Kubernetes and Flagger how far the rollout is',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'kubernetes', 'github', 'configuration'],
  },
  'await-rollout': {
    entry: 'lambdas/promotion/await-rollout.handler.ts',
    description: 'Remembers who waits for news of an environment, and answers at once when there is some already',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'task-tokens'],
  },
  'report-rollout': {
    entry: 'lambdas/promotion/report-rollout.handler.ts',
    description: 'Tells those who wait for it that something has happened in an environment',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write', 'task-tokens'],
  },
  'retire-colours': {
    entry: 'lambdas/promotion/retire-colours.handler.ts',
    description: 'Scales down the colours that were kept warm long enough',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'ledger-write', 'github', 'configuration'],
  },
  'control-canary': {
    entry: 'lambdas/promotion/control-canary.handler.ts',
    description: 'Shows, promotes, takes back, pauses and resumes a canary for a person',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'ledger-write', 'kubernetes', 'github', 'configuration'],
  },
  'run-smoke-tests': {
    entry: 'lambdas/promotion/run-smoke-tests.handler.ts',
    description: 'Asks the deployed services what their smoke tests say',
    concern: 'promotion',
    environment: [],
    uses: ['kubernetes', 'configuration'],
  },
  'report-progress': {
    entry: 'lambdas/promotion/report-progress.handler.ts',
    description: 'Shows the promotion in GitHub: deployment, deployment status and commit status',
    concern: 'promotion',
    environment: [...github],
    uses: ['github'],
  },
  'record-outcome': {
    entry: 'lambdas/promotion/record-outcome.handler.ts',
    description: 'Writes how the promotion ended into the ledger, fenced by its leases',
    concern: 'promotion',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'ledger-write'],
  },
  'request-approval': {
    entry: 'lambdas/approvals/request-approval.handler.ts',
    description: 'Asks people to agree to a plan and remembers which execution waits for it',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'task-tokens', 'configuration'],
  },
  'decide-approval': {
    entry: 'lambdas/approvals/decide-approval.handler.ts',
    description: 'Counts what a person answers, and lets the waiting execution go on when it is enough',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'task-tokens', 'configuration'],
  },
  'close-approval': {
    entry: 'lambdas/approvals/close-approval.handler.ts',
    description: 'Ends a request for approval that nobody has answered in time',
    concern: 'approval',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus'],
  },
  'decide-rollback': {
    entry: 'lambdas/rollback/decide-rollback.handler.ts',
    description: 'Decides whether and where to a release goes back, records why, and quarantines what is taken back',
    concern: 'rollback',
    environment: ['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', 'ADDRESSES_PARAMETER_PATH'],
    uses: ['ledger-read', 'ledger-write', 'registry', 'configuration'],
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
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'ledger-write', 'kubernetes', 'github', 'configuration'],
  },
  'open-incident': {
    entry: 'lambdas/rollback/open-incident.handler.ts',
    description: 'Records the incident behind a rollback and opens an issue about it',
    concern: 'rollback',
    environment: ['LEDGER_TABLE_NAME', ...github],
    uses: ['ledger-read', 'ledger-write', 'github'],
  },
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
  'measure-replication': {
    entry: 'lambdas/recovery/measure-replication.handler.ts',
    description: 'Measures the age of what stands in the recovery region, and sends again what has not arrived',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'REPLICATED_SECRET_IDS'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'replication', 'configuration'],
  },
  'watch-jobs': {
    entry: 'lambdas/watchdog/watch-jobs.handler.ts',
    description: 'Tells when a scheduled job stays away, takes too long or does much less than usual',
    concern: 'watchdog',
    environment: ['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME'],
    uses: ['ledger-read', 'ledger-write', 'bus', 'schedules-read', 'configuration'],
  },
  'expose-metrics': {
    entry: 'lambdas/watchdog/expose-metrics.handler.ts',
    description: 'Answers GET /metrics from the ledger, in Prometheus exposition format',
    concern: 'watchdog',
    environment: ['LEDGER_TABLE_NAME', 'METRICS_SECRET_ID'],
    uses: ['ledger-read', 'metrics-secret'],
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
  'plan-restore': {
    entry: 'lambdas/backups/plan-restore.handler.ts',
    description: 'Says what a restore would do, or why it is impossible and what is possible instead',
    concern: 'backups',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-read', 'configuration'],
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
    uses: ['ledger-read', 'ledger-write', 'bus', 'backups-read', 'backups-tag', 'configuration'],
  },
  notify: {
    entry: 'lambdas/notifications/notify.handler.ts',
    description: 'Tells people what became of a subject, in one message that is edited',
    concern: 'notification',
    environment: ['LEDGER_TABLE_NAME', 'SLACK_SECRET_ID', 'PAGER_DUTY_SECRET_ID', 'ALARM_TOPIC_ARN', ...github],
    uses: ['ledger-read', 'ledger-write', 'slack', 'pager-duty', 'alarm-topic', 'github', 'configuration'],
  },
  'record-event': {
    entry: 'lambdas/audit/record-event.handler.ts',
    description: 'Writes every event into the index that answers what caused what',
    concern: 'audit',
    environment: ['LEDGER_TABLE_NAME'],
    uses: ['ledger-write', 'configuration'],
  },
} as const satisfies Record<string, FunctionContract>;

export type FunctionName = keyof typeof functions;
