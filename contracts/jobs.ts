// The scheduled jobs: by the id of their schedule route, which schedule they keep and what of their results is compared.

/** What of a run's measures the watchdog compares with the runs before. */
export interface MeasureContract {
  readonly measure: string;
  /** A run that succeeds with none of it is an anomaly even when there is nothing to compare with. */
  readonly neverZero: boolean;
}

export interface JobContract {
  /** The key in `schedules` of the configuration. */
  readonly schedule: string;
  readonly compares: readonly MeasureContract[];
  /** Scheduled in the recovery region. */
  readonly isInRecoveryRegion?: boolean;
}

/** Every schedule route has its row: a scheduled job that nobody watches can stay away unseen. */
export const jobs = {
  'redeliver-failed-webhooks': { schedule: 'redeliverFailedWebhooks', compares: [] },
  'retire-colours': { schedule: 'retireColours', compares: [] },
  'check-certificates': {
    schedule: 'checkCertificates',
    compares: [{ measure: 'certificates', neverZero: false }],
  },
  'back-up-database': {
    schedule: 'backUpDatabase',
    compares: [
      { measure: 'backups', neverZero: false },
      { measure: 'bytes', neverZero: false },
      { measure: 'rows', neverZero: false },
    ],
  },
  'verify-backup': { schedule: 'verifyBackup', compares: [{ measure: 'verified', neverZero: true }] },
  'apply-retention': { schedule: 'applyRetention', compares: [] },
  'back-up-configuration': {
    schedule: 'backUpConfiguration',
    compares: [
      { measure: 'objects', neverZero: true },
      { measure: 'bytes', neverZero: false },
    ],
  },
  'recovery-drill': {
    schedule: 'recoveryDrill',
    compares: [{ measure: 'restores', neverZero: false }],
    isInRecoveryRegion: true,
  },
  'replicate-to-recovery-region': { schedule: 'replicateToRecoveryRegion', compares: [] },
} as const satisfies Record<string, JobContract>;

export type JobName = keyof typeof jobs;

/** Whether its schedule stands in the recovery region. */
export function isInRecoveryRegion(job: string): boolean {
  return (jobs as Readonly<Record<string, JobContract>>)[job]?.isInRecoveryRegion === true;
}
