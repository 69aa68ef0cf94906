// The CloudWatch metrics of our own that alarms watch.

/** Namespace of every metric that our functions print. */
export function metricNamespace(application: string): string {
  return `${application}/automation`;
}

/** One for each round of the watchdog that judged every job. */
export const watchdogHeartbeat = 'WatchdogHeartbeat';

/** Days since the proof by a restore that is the oldest among all databases' last ones. */
export const verifiedRestoreAge = 'VerifiedRestoreAgeDays';

/** How many archives are further behind their database than allowed. */
export const archivesLagging = 'ArchivesLagging';

/** How many subjects are older in the recovery region than allowed. */
export const replicationLagging = 'ReplicationLagging';
