// What a restore is to people, before anything is made: a refusal, or a plan whose steps are the same whoever carries them out.
import type { Configuration } from '../../config/schema.ts';
import type { RestorePlan, RestoreRequest } from '../../contracts/workflows/restore-database.ts';

export type RestoreDecision =
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'planned'; readonly reason: string; readonly plan: RestorePlan };

/** What every restore has in common, whoever makes it. */
export function describeCourse(
  settings: Configuration['backups'],
  { environment, database, confirmedDatabase }: RestoreRequest,
  takenAt: string,
  databaseBeside: string,
  making: readonly string[],
) {
  const isInPlace = confirmedDatabase === database;
  return {
    databaseBeside,
    isInPlace,
    steps: [
      `back up ${database} in ${environment} as it is now`,
      ...making,
      ...(isInPlace ? [] : ['ask again whether to cut over']),
      `give it the name of the live database, in one transaction, which ends all connections`,
      `keep the replaced database for ${settings.keepReplacedDays} days`,
    ],
    loss: `what was written after ${takenAt} is no longer in ${database}: it is in the backup of the first step and in the replaced database`,
  };
}
