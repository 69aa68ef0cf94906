// Whether a ScheduledBackup asks for a backup now, as CloudNativePG decides it: one at a time, and one for all times that were missed.
// https://cloudnative-pg.io/documentation/current/backup/#scheduled-backups
import { Cron } from 'croner';
import { formatTime } from '../resources/kubernetes-object.ts';
import type { ScheduledBackup } from './resources.ts';

export interface BackupDecision {
  /** The time that it is made for. */
  readonly backupAt?: number;
  readonly isImmediate: boolean;
  /** What the schedule's status is from now on; undefined when nothing changes. */
  readonly status?: NonNullable<ScheduledBackup['status']>;
  /** When to look again; undefined when the schedule is over. */
  readonly nextAt: number | undefined;
}

/** Of one that is not suspended and whose last backup has ended. @throws Error for a schedule that cannot be read. */
export function decideBackup({ spec, status }: Pick<ScheduledBackup, 'spec' | 'status'>, now: number): BackupDecision {
  const cron = new Cron(spec.schedule, { timezone: 'UTC', mode: '6-part', paused: true });
  const after = (moment: number): number | undefined => cron.nextRun(new Date(moment))?.getTime();
  const nextAt = after(now);
  const next = nextAt === undefined ? {} : { nextScheduleTime: formatTime(nextAt) };
  const lastCheckTime = formatTime(now);
  const make = (backupAt: number, isImmediate: boolean): BackupDecision => ({
    ...{ backupAt, isImmediate, nextAt },
    status: { lastCheckTime, lastScheduleTime: formatTime(backupAt), ...next },
  });
  if (status?.lastCheckTime === undefined)
    return spec.immediate ? make(now, true) : { isImmediate: false, status: { lastCheckTime, ...next }, nextAt };
  const due = after(Date.parse(status.lastCheckTime));
  return due !== undefined && due <= now ? make(due, false) : { isImmediate: false, nextAt: due };
}
