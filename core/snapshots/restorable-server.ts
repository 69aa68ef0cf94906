// Which moments of a database server RDS can bring back by itself.
import type { RecoveryWindow } from '../../contracts/point-in-time.ts';
import type { DatabaseServer } from './server-port.ts';

export interface RestorableServer {
  readonly earliest: string;
  readonly latest: string;
}

const dayMilliseconds = 86_400_000;

/** Undefined where it keeps no automated backups. RDS itself has the last word: the oldest of them may be a little younger. */
export function findRestorable(
  { createdAt, backupRetentionDays, earliestRestorableAt, latestRestorableAt }: DatabaseServer,
  now: string,
): RestorableServer | undefined {
  if (latestRestorableAt === undefined) return undefined;
  const oldest =
    earliestRestorableAt ?? new Date(Date.parse(now) - backupRetentionDays * dayMilliseconds).toISOString();
  return { earliest: oldest > createdAt ? oldest : createdAt, latest: latestRestorableAt };
}

/** As the window of an archive is shown. */
export function describeServerWindow(found: DatabaseServer, now: string): RecoveryWindow {
  const restorable = findRestorable(found, now);
  const server = `${found.identifier} on RDS`;
  if (restorable === undefined) return { server, stretches: [], problems: ['automated backups are off'] };
  const { earliest, latest } = restorable;
  return {
    server,
    // RDS makes one every day.
    stretches: latest < earliest ? [] : [{ earliest, latest, baseBackups: found.backupRetentionDays }],
    archivedAt: latest,
    archiveLagSeconds: Math.max(0, Math.round((Date.parse(now) - Date.parse(latest)) / 1000)),
    problems: [],
  };
}
