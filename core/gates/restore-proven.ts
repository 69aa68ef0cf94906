// Gate: a release that changes a database goes to production only when a restore of that database was proven lately.
import type { Configuration } from '../../config/schema.ts';
import type { ResolvedService } from '../../contracts/workflows/promotion.ts';
import { matchPath } from '../promotion/match-path.ts';
import { cannotTell, closed, type Gate, notAsked, open } from './gate.ts';

/** What a service of the promotion brings for a database of the environment. */
export interface DatabaseChange {
  readonly service: string;
  readonly database: string;
  /** Its migrations that the release adds or changes. */
  readonly files: readonly string[];
  /** When a restore of the database was proven last; absent: never. */
  readonly verifiedAt?: string;
}

export interface DatabaseChanges {
  readonly changes: readonly DatabaseChange[];
  /** How old a proof may be. */
  readonly maximumAgeDays: number;
}

/** Where the facts stand. */
export interface RestoreProofs {
  /** The commit that runs there; undefined: none yet, and so everything is new. */
  findCurrentCommit(environment: string, service: string): Promise<string | undefined>;
  /** Undefined when GitHub cannot list them: then every one may have changed. */
  findChangedFiles(repository: string, base: string, head: string): Promise<readonly string[] | undefined>;
  findVerifiedAt(environment: string, database: string): Promise<string | undefined>;
}

const dayMilliseconds = 86_400_000;

export const restoreProven: Gate = ({ target, databaseChanges, now }) => {
  if (target.promoteFrom === undefined)
    return notAsked('it asks only where releases come from another environment (promoteFrom)');
  if (databaseChanges === undefined) return notAsked('nobody provides proofs of restores');
  if ('unknown' in databaseChanges)
    return cannotTell(`whether a database changes and can be restored: ${databaseChanges.unknown}`);
  const { changes, maximumAgeDays } = databaseChanges.known;
  if (changes.length === 0) return notAsked('no migration of a database is among it (services.*.migrations)');
  const problems = changes.flatMap(({ service, database, files, verifiedAt }) => {
    const ageDays = verifiedAt === undefined ? Infinity : (Date.parse(now) - Date.parse(verifiedAt)) / dayMilliseconds;
    if (ageDays <= maximumAgeDays) return [];
    const proof = verifiedAt === undefined ? 'was never proven' : `was proven last at ${verifiedAt}`;
    return [`${service} changes ${database} (${files[0]}), whose restore ${proof}`];
  });
  return problems.length === 0
    ? open(`a restore of each database that changes was proven within ${maximumAgeDays} days`)
    : closed(
        `${problems.join('; ')}: allowed are ${maximumAgeDays} days (backups.maxVerifiedRestoreAgeDays), automation backups verify proves it`,
      );
};

/** @throws what the ports throw. */
export async function readDatabaseChanges(
  { services, databases, backups, github }: Pick<Configuration, 'services' | 'databases' | 'backups' | 'github'>,
  proofs: RestoreProofs,
  environment: string,
  resolved: readonly Pick<ResolvedService, 'name' | 'commit'>[],
): Promise<DatabaseChanges> {
  const changes = await Promise.all(
    resolved.map(async ({ name, commit }): Promise<DatabaseChange | undefined> => {
      const { migrations, repository } = services[name] ?? {};
      if (migrations === undefined || databases[migrations.database]?.environments[environment] === undefined)
        return undefined;
      const base = await proofs.findCurrentCommit(environment, name);
      const listed =
        base === undefined ? undefined : await proofs.findChangedFiles(`${github.owner}/${repository}`, base, commit);
      // What cannot be compared may hold every migration there is.
      const files =
        listed?.filter((file) => migrations.paths.some((glob) => matchPath(glob, file))) ?? migrations.paths;
      if (files.length === 0) return undefined;
      const verifiedAt = await proofs.findVerifiedAt(environment, migrations.database);
      return {
        service: name,
        database: migrations.database,
        files,
        ...(verifiedAt === undefined ? {} : { verifiedAt }),
      };
    }),
  );
  return {
    changes: changes.filter((change) => change !== undefined),
    maximumAgeDays: backups.maxVerifiedRestoreAgeDays,
  };
}
