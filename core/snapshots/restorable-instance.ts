// Which moments of an instance RDS can bring back by itself.
import type { RecoveryWindow } from '../../contracts/point-in-time.ts';
import type { DatabaseInstance } from './instance-port.ts';

export interface RestorableInstance {
  readonly earliest: string;
  readonly latest: string;
}

const dayMilliseconds = 86_400_000;

/** Undefined where it keeps no automated backups. RDS itself has the last word: the oldest of them may be a little younger. */
export function findRestorable(
  { createdAt, backupRetentionDays, latestRestorableAt }: DatabaseInstance,
  now: string,
): RestorableInstance | undefined {
  if (latestRestorableAt === undefined) return undefined;
  const oldest = new Date(Date.parse(now) - backupRetentionDays * dayMilliseconds).toISOString();
  return { earliest: oldest > createdAt ? oldest : createdAt, latest: latestRestorableAt };
}

/** As the window of an archive is shown. */
export function describeInstanceWindow(instance: DatabaseInstance, now: string): RecoveryWindow {
  const found = findRestorable(instance, now);
  const server = `RDS instance ${instance.identifier}`;
  if (found === undefined) return { server, stretches: [], problems: ['automated backups are off'] };
  const { earliest, latest } = found;
  return {
    server,
    // RDS makes one every day.
    stretches: latest < earliest ? [] : [{ earliest, latest, baseBackups: instance.backupRetentionDays }],
    archivedAt: latest,
    archiveLagSeconds: Math.max(0, Math.round((Date.parse(now) - Date.parse(latest)) / 1000)),
    problems: [],
  };
}
