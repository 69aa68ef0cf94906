// What a restore by RDS would do: a new instance or cluster beside the live one, which takes its name.
import type { Configuration } from '../../config/schema.ts';
import { backupBucketName, firstInstanceOf, serverPrefix } from '../../contracts/backup-places.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { RestorePlan, RestoreRequest } from '../../contracts/workflows/restore-database.ts';
import { standInForSnapshot } from './agent-backup.ts';
import { describeCourse, type RestoreDecision } from './describe-course.ts';
import { backupIdOf, stampOf } from './name-backup.ts';

/** `source`: a snapshot of the catalogue, or a time that RDS can bring back. */
export function describeServerRestore(
  { application, databases, backups: settings }: Pick<Configuration, 'application' | 'databases' | 'backups'>,
  request: RestoreRequest,
  source: BackupRecord | string,
): RestoreDecision {
  const { environment, database } = request;
  const snapshot = databases[database]?.environments[environment]?.snapshot;
  if (snapshot === undefined)
    return { outcome: 'refused', reason: `${database} in ${environment} is no longer configured with a snapshot` };
  if (typeof source !== 'string' && source.snapshotKind !== snapshot.kind)
    return {
      outcome: 'refused',
      reason: `${source.backupId} is of an RDS ${source.snapshotKind}, and ${database} in ${environment} is a ${snapshot.kind} now: RDS makes no such one of it`,
    };
  const takenAt = typeof source === 'string' ? source : source.startedAt;
  const live = snapshot.identifier;
  const isCluster = snapshot.kind === 'cluster';
  const beside = `${serverPrefix(live, 'restore')}${stampOf(takenAt).replace('_', '-')}`;
  const from = typeof source === 'string' ? `the moment ${source}` : source.backupId;
  const { steps, ...course } = describeCourse(settings, request, takenAt, beside, [
    `have RDS restore ${from} beside ${live}, as ${beside}, in its network${isCluster ? `, with ${firstInstanceOf(beside)} in it, of the class of the instance that writes` : ''}`,
    'compare engine, key and network with the live one; rows are not compared',
  ]);
  const plan: RestorePlan = {
    ...{ environment, database, takenAt, ...course },
    // What describeCourse says of a database within a server is another thing for a server.
    steps: steps.map((step) =>
      step.startsWith('give it the name')
        ? `rename ${live} to ${serverPrefix(live, 'replaced')}<time>, then ${beside} to ${live}: in between, for some minutes, nobody answers there${isCluster ? '; then the instances, which are named after their cluster' : ''}`
        : step,
    ),
    backup:
      typeof source === 'string'
        ? standInForTime(application, request, source)
        : standInForSnapshot(application, source),
    rds: {
      ...{ kind: snapshot.kind, live, beside, keyArn: snapshot.keys.primary, timeoutMinutes: settings.timeoutMinutes },
      ...(typeof source === 'string' ? { at: source } : { snapshotId: source.snapshotId }),
    },
    ...(typeof source === 'string' || source.verification === undefined
      ? {}
      : { verifiedAt: source.verification.verifiedAt, restoreSeconds: source.verification.restoreSeconds }),
  };
  return { outcome: 'planned', reason: `${database} in ${environment} from ${from}, by RDS`, plan };
}

/** No backup of the catalogue has this time. */
function standInForTime(application: string, { environment, database }: RestoreRequest, at: string) {
  const stamp = `${stampOf(at)}_${at.slice(20, 23)}`;
  return {
    backupId: backupIdOf({ environment, name: database, method: 'point-in-time', stamp }),
    ...{ environment, database, bucket: backupBucketName(application, environment), prefix: '' },
    ...{ tier: 'daily' as const, keepUntil: at },
  };
}
