// How long a backup is kept: its tier, what that promises, and when the last byte of it is gone at the latest.
import type { BackupsConfiguration } from '../../config/schema.ts';
import type { BackupRecord, BackupTier } from '../../contracts/ledger/backups.ts';
import { retentionDays } from '../../contracts/retention.ts';

const dayMilliseconds = 86_400_000;

/** What a tier looks at of earlier backups. */
export type TierWitness = Pick<BackupRecord, 'status' | 'tier' | 'startedAt'>;

/**
 * The first good backup of a month is that month's, the first of a week (Monday to Sunday, UTC) that week's. Were it the one of
 * a fixed day, a failed Sunday would leave a week without one. `earlier` are backups of the same database by the same method.
 */
export function decideTier(startedAt: string, earlier: readonly TierWitness[]): BackupTier {
  const good = earlier.filter(({ status }) => status === 'complete' || status === 'expired');
  const hasSince = (tiers: readonly BackupTier[], since: string): boolean =>
    good.some((backup) => tiers.includes(backup.tier) && backup.startedAt >= since && backup.startedAt < startedAt);
  if (!hasSince(['monthly'], startOfMonth(startedAt))) return 'monthly';
  if (!hasSince(['weekly', 'monthly'], startOfWeek(startedAt))) return 'weekly';
  return 'daily';
}

/** Until when the backup is promised. */
export function decideKeepUntil(
  startedAt: string,
  tier: BackupTier,
  retention: BackupsConfiguration['retention'],
): string {
  return new Date(Date.parse(startedAt) + retentionDays(retention, tier) * dayMilliseconds).toISOString();
}

/** The earliest time that a decision of a tier looks back to. */
export function tierHorizon(startedAt: string): string {
  return [startOfMonth(startedAt), startOfWeek(startedAt)].sort()[0] ?? startedAt;
}

function startOfMonth(time: string): string {
  return `${time.slice(0, 7)}-01T00:00:00.000Z`;
}

function startOfWeek(time: string): string {
  const day = new Date(`${time.slice(0, 10)}T00:00:00.000Z`);
  const sinceMonday = (day.getUTCDay() + 6) % 7;
  return new Date(day.getTime() - sinceMonday * dayMilliseconds).toISOString();
}
