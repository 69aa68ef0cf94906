// What a row of the table of functions says.

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
  | 'snapshots-copy'
  | 'snapshots-expiry'
  | 'snapshots-proof'
  | 'proofs-sweep'
  | 'servers-read'
  | 'servers-restore'
  | 'registry'
  | 'image-replication'
  | 'task-tokens'
  | 'task-tokens-recovery'
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

/** What every function that talks to GitHub reads. */
export const githubEnvironment = ['GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH'] as const;
