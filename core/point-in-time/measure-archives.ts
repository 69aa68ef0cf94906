// Measures how far each database's archive reaches, and how many are further behind than allowed.
import type { Configuration } from '../../config/schema.ts';
import { backupBucketName } from '../../contracts/backup-places.ts';
import { type ArchiveRecord, archiveKeys, archiveKinds } from '../../contracts/ledger/archives.ts';
import { settleAll } from '../settle-all.ts';

export interface ArchiveParts {
  /** When the last part of the log arrived that a base backup leads to without a gap. */
  findReach(bucket: string, server: string): Promise<string | undefined>;
  put(record: ArchiveRecord): Promise<void>;
}

/** One that cannot be asked does not keep the others from being measured. @throws its error, afterwards. */
export async function measureArchives(
  { application, databases }: Pick<Configuration, 'application' | 'databases'>,
  { findReach, put }: ArchiveParts,
  now: string,
): Promise<{ readonly measured: number; readonly lagging: number }> {
  const archives = Object.entries(databases).flatMap(([database, { environments }]) =>
    Object.entries(environments).flatMap(([environment, { archive }]) =>
      archive === undefined ? [] : [{ database, environment, ...archive }],
    ),
  );
  const rounds = await settleAll(
    archives.map(async ({ database, environment, server, maximumLagMinutes }) => {
      const reachesTo = await findReach(backupBucketName(application, environment), server);
      const lagSeconds =
        reachesTo === undefined ? undefined : Math.max(0, Math.round((Date.parse(now) - Date.parse(reachesTo)) / 1000));
      const allowedLagSeconds = maximumLagMinutes === undefined ? undefined : maximumLagMinutes * 60;
      await put({
        ...archiveKeys.archive(environment, database),
        ...{
          kind: archiveKinds.archive,
          sortKey: `${environment}#${database}`,
          environment,
          database,
          measuredAt: now,
        },
        ...(reachesTo === undefined ? {} : { reachesTo }),
        ...(lagSeconds === undefined ? {} : { lagSeconds }),
        ...(allowedLagSeconds === undefined ? {} : { allowedLagSeconds }),
      });
      return isLagging({ lagSeconds, allowedLagSeconds });
    }),
  );
  return { measured: rounds.length, lagging: rounds.filter((isBehind) => isBehind).length };
}

/** An archive that was never begun has no lag: that is told by a rule of its own. */
function isLagging({ lagSeconds, allowedLagSeconds }: Partial<ArchiveRecord>): boolean {
  return lagSeconds !== undefined && allowedLagSeconds !== undefined && lagSeconds > allowedLagSeconds;
}
