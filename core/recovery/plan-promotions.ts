// What a fail-over does with databases that have a read replica in the recovery region: whether it can, what it says, and what it promotes.
import type { Configuration } from '../../config/schema.ts';
import type { FailOverPlan, ReplicaPromotion, SiteJob } from '../../contracts/workflows/fail-over.ts';
import { jobNameOf, stampOf } from '../backups/name-backup.ts';
import { isBroken } from '../snapshots/server-port.ts';
import { nameMoveBackup } from './name-move-backup.ts';
import { describeLag } from './promote-replica.ts';
import type { Replica } from './replica-port.ts';

/** By database; absent when RDS knows none of that name. */
export type Replicas = Readonly<Record<string, Replica | undefined>>;

type Placed = Configuration['databases'][string]['environments'][string];

/** Why it cannot be promoted, and what to do; undefined when it can. */
export function findReplicaProblem(
  database: string,
  { replica, snapshot }: Placed,
  found: Replica | undefined,
): string | undefined {
  if (replica === undefined) return undefined;
  const byHand = `make a new one, or take databases.${database} … replica out of the configuration and bring ${database} up by hand`;
  if (found === undefined) return `${replica.identifier}, the replica of ${database}, is not there: ${byHand}`;
  if (isBroken(found)) return `${found.identifier}, the replica of ${database}, is ${found.status}: ${byHand}`;
  if (found.follows === snapshot?.identifier) return undefined;
  const instead = found.follows === undefined ? 'nothing (any more)' : found.follows;
  return `${found.identifier} follows ${instead} where ${snapshot?.identifier} is due: ${byHand}`;
}

/** After the switch, for it cannot be taken back. */
export function describePromotions(plan: Pick<FailOverPlan, 'databases'>): string[] {
  return plan.databases.flatMap(({ database, replica }) =>
    replica === undefined
      ? []
      : [
          `then, for it cannot be taken back, have RDS promote ${replica} to ${database}, once it has received what was written before the fence; until it is promoted, for some minutes, ${database} is read and not written`,
        ],
  );
}

/** On the way home: what no plan does. */
export function describeHandworkAtHome({ snapshot, replica }: Placed, database: string): string {
  return `by hand, before anybody agrees: make a replica of ${replica?.identifier} in the primary region, have ${replica?.identifier} take no writes any more, promote the new one when it is not behind, and give it the name ${snapshot?.identifier}; afterwards make a new ${replica?.identifier} of it, without which the next fail-over of ${database} is refused`;
}

/** How far each one is behind: what would be lost if it were promoted now. */
export function describeLags(plan: Pick<FailOverPlan, 'databases'>, replicas: Replicas): string[] {
  return plan.databases.flatMap(({ database, replica }) => {
    const found = replicas[database];
    return replica === undefined || found === undefined ? [] : [`${database} by ${replica}: ${describeLag(found)}`];
  });
}

/** Named after the execution's start, as the Jobs of all moves. */
export function planPromotions(
  configuration: Pick<Configuration, 'application' | 'databases' | 'backups'>,
  { environment, databases }: FailOverPlan,
  startedAt: string,
  replicas: Replicas,
): ReplicaPromotion[] {
  return databases.flatMap(({ database }) => {
    const placed = configuration.databases[database]?.environments[environment];
    const found = replicas[database];
    if (placed?.replica === undefined || found === undefined) return [];
    const job = (command: SiteJob['command'], site: SiteJob['site'] = 'primary'): SiteJob => ({
      ...{ command, site, databaseBeside: '' },
      backup: nameMoveBackup(configuration.application, environment, database, startedAt),
      job: jobNameOf(`${site === 'primary' ? 'recovery' : 'promoted'}-${command}`, {
        name: `${environment}-${database}`,
        stamp: stampOf(startedAt),
      }),
    });
    const fence = job('fence-database');
    return [
      {
        ...{ database, ...placed.replica, engineVersion: found.engineVersion },
        ...{ timeoutMinutes: configuration.backups.timeoutMinutes, fence },
        open: { ...job('open-database'), replaces: [fence.job] },
        admit: job('open-database', 'recovery'),
      },
    ];
  });
}
