// How many days each tier of backups is kept: the same number in the bucket's lifecycle, in the lock and in the catalogue.
import type { BackupTier } from './ledger/backups.ts';

export interface Retention {
  readonly dailyDays: number;
  readonly weeklyWeeks: number;
  readonly monthlyMonths: number;
}

/** Months are as long as the longest of their kind, so that no promise is a day short. */
export function retentionDays({ dailyDays, weeklyWeeks, monthlyMonths }: Retention, tier: BackupTier): number {
  if (tier === 'daily') return dailyDays;
  if (tier === 'weekly') return weeklyWeeks * 7;
  // 366 days are twelve months at most; of fewer, two long ones can follow each other.
  return Math.ceil(monthlyMonths * 30.5) + (monthlyMonths % 12 === 0 ? 0 : 1);
}

/** After expiring, an object is hidden at the next midnight (UTC) and its version removed at the midnight after another day. */
export const erasureDays = 3;
