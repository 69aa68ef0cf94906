// What a fail-over or a fail-back would do, decided before anything is done; or why it is impossible.
import type { Configuration } from '../../config/schema.ts';
import type { BackupRecord } from '../../contracts/ledger/backups.ts';
import type { CurrentRecord } from '../../contracts/ledger/deployments.ts';
import type { SiteRecord } from '../../contracts/ledger/sites.ts';
import type { DatabaseMove, FailOverPlan, FailOverRequest, SiteJob } from '../../contracts/workflows/fail-over.ts';
import { isRestorable, toAgentBackup } from '../backups/agent-backup.ts';
import { jobNameOf, stampOf } from '../backups/name-backup.ts';
import { nameMoveBackup } from './name-move-backup.ts';
import { describeHandworkAtHome, describePromotions, findReplicaProblem, type Replicas } from './plan-promotions.ts';
import { asReplica } from './recovery-side.ts';

export interface FailOverFacts {
  readonly site: SiteRecord | undefined;
  /** Of the environment, oldest first. */
  readonly backups: readonly BackupRecord[];
  /** What was promoted last, by service. */
  readonly running: readonly CurrentRecord[];
  /** Where each name of the environment leads to; absent when it has no record. */
  readonly targets: Readonly<Record<string, string | undefined>>;
  /** What RDS says of the replicas of its databases. */
  readonly replicas: Replicas;
}

export type FailOverDecision =
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'planned'; readonly reason: string; readonly plan: FailOverPlan };

/** Pure: the same facts and the same request give the same plan, and so the same hash. */
export function planFailOver(
  configuration: Configuration,
  { environment, to }: FailOverRequest,
  { site, backups, running, targets, replicas: followers }: FailOverFacts,
): FailOverDecision {
  const refuse = (reason: string): FailOverDecision => ({ outcome: 'refused', reason });
  const place = configuration.recovery.environments[environment];
  if (place === undefined)
    return refuse(
      `${environment} has no place in the recovery region, ${Object.keys(configuration.recovery.environments).join(', ') || 'no environment'} has: see recovery.environments of the configuration`,
    );
  if ((site?.site ?? 'primary') === to) return refuse(`${environment} runs in the ${to} region already`);
  const databases: FailOverPlan['databases'] = [];
  for (const [database, { environments }] of Object.entries(configuration.databases)) {
    const placed = environments[environment];
    if (placed?.replica !== undefined) {
      const problem = to === 'primary' ? undefined : findReplicaProblem(database, placed, followers[database]);
      if (problem !== undefined) return refuse(problem);
      if (to === 'recovery') databases.push({ database, replica: placed.replica.identifier });
      continue;
    }
    if (placed?.dump !== true) continue;
    if (to === 'primary') {
      databases.push({ database });
      continue;
    }
    const found = newestReplica(backups, database);
    if (found === undefined)
      return refuse(`no backup of ${database} in ${environment} has arrived in the recovery region`);
    databases.push({ database, backupId: found.backupId, takenAt: found.startedAt });
  }
  const services = running
    .map(({ service, image, digest, version }) => ({ service, image, digest, version }))
    .toSorted((a, b) => (a.service < b.service ? -1 : 1));
  const replicas = to === 'recovery' ? place.replicas : 0;
  const { hostedZoneId, ttlSeconds, records } = place.dns;
  const changes = records.map(({ name, primary, recovery }) => {
    const from = targets[name];
    return { name, ...(from === undefined ? {} : { from }), to: to === 'recovery' ? recovery : primary };
  });
  const plan: FailOverPlan = {
    ...{ environment, to, databases, services },
    overlay: { file: `${place.overlayPath}/kustomization.yaml`, replicas },
    dns: { hostedZoneId, ttlSeconds, changes },
    steps: [
      ...describeHandwork(configuration, { environment, to }, backups),
      ...describeSteps(environment, to, databases, place.replicas, changes),
    ],
    loss: describeLoss(to, databases),
  };
  return { outcome: 'planned', reason: `${environment} to the ${to} region`, plan };
}

/** A database that only RDS backs up is not moved by us: whoever agrees to the plan must know it. */
function describeHandwork(
  { databases }: Pick<Configuration, 'databases'>,
  { environment, to }: Pick<FailOverRequest, 'environment' | 'to'>,
  backups: readonly BackupRecord[],
): string[] {
  return Object.entries(databases).flatMap(([database, { environments }]) => {
    const placed = environments[environment];
    if (placed?.replica !== undefined) return to === 'recovery' ? [] : [describeHandworkAtHome(placed, database)];
    if (placed?.snapshot === undefined || placed.dump) return [];
    const copies = backups.filter(
      ({ name, status, snapshotId }) => name === database && status === 'complete' && snapshotId,
    );
    const copy = findNewestUnbroken(copies.filter(({ replicatedAt }) => replicatedAt !== undefined));
    const from =
      copy === undefined ? 'none of its snapshots has arrived there' : `from its snapshot ${copy.snapshotId}`;
    const where = to === 'recovery' ? `in the recovery region (${from})` : 'in the primary region';
    return [
      `by hand, before anybody agrees: bring ${database} up ${where}, for RDS runs it and this plan does not move it`,
    ];
  });
}

/** The newest that no proof has found broken; when all are, the newest: people see it in the plan. `backups` oldest first. */
export function findNewestUnbroken(backups: readonly BackupRecord[]): BackupRecord | undefined {
  return backups.findLast(({ verificationFailure }) => verificationFailure === undefined) ?? backups.at(-1);
}

function newestReplica(backups: readonly BackupRecord[], database: string): BackupRecord | undefined {
  return findNewestUnbroken(
    backups.filter((backup) => backup.name === database && isRestorable(backup) && backup.replicatedAt !== undefined),
  );
}

function describeSteps(
  environment: string,
  to: FailOverRequest['to'],
  databases: FailOverPlan['databases'],
  replicas: number,
  changes: FailOverPlan['dns']['changes'],
): string[] {
  const fence = `hold everything else off ${environment}: leases, circuits and a freeze`;
  const names = databases.map(({ database }) => database).join(', ');
  const restored = databases.filter(({ replica }) => replica === undefined);
  const move =
    to === 'recovery'
      ? [
          `have ${names} in the primary region take no writes any more, where it can be reached; it is not waited for for long`,
          ...restored.map(
            ({ database, backupId }) =>
              `restore ${backupId} in the recovery region, compare, and make it ${database} there`,
          ),
        ]
      : [
          'stop the services in the recovery region, by a commit, so that nothing is written any more',
          `back up ${names} there, restore it in the primary region, compare, and make it the live one`,
        ];
  const start = to === 'recovery' ? [`start ${replicas} of each service in the recovery region, by a commit`] : [];
  return [
    fence,
    ...move,
    ...start,
    `wait until the services answer in the ${to} region`,
    `lead ${changes.map(({ name, from, to: target }) => `${name} from ${from ?? 'nowhere'} to ${target}`).join(', ')}; once that is confirmed, only a move in the other direction leads back`,
    ...(to === 'recovery' ? describePromotions({ databases }) : []),
  ];
}

function describeLoss(to: FailOverRequest['to'], databases: FailOverPlan['databases']): string {
  if (to === 'primary') return 'nothing: the services are stopped before the last backup is made';
  const times = databases.map(({ database, takenAt, replica }) =>
    replica === undefined
      ? `${database} goes back to ${takenAt}`
      : `${database} loses what ${replica} has not received when it is promoted`,
  );
  return `${times.join(', ')}: what was written later stays in the primary region alone`;
}

/** The Jobs of each database, all named after the execution's start. */
export function planMoves(
  { application }: Pick<Configuration, 'application'>,
  plan: FailOverPlan,
  startedAt: string,
  { backups, site }: Pick<FailOverFacts, 'backups' | 'site'>,
): DatabaseMove[] {
  const { environment, to } = plan;
  const stamp = stampOf(startedAt);
  const restored = plan.databases.filter(({ replica }) => replica === undefined);
  return restored.map(({ database, backupId }) => {
    const record = backups.find((each) => each.backupId === backupId);
    const backup =
      record === undefined
        ? nameMoveBackup(application, environment, database, startedAt)
        : asReplica(application, toAgentBackup(record));
    const databaseBeside = `${database.replaceAll('-', '_').slice(0, 36)}_restore_${stamp}`;
    const job = (command: SiteJob['command'], site: SiteJob['site']): SiteJob => ({
      ...{ command, site, backup, databaseBeside },
      job: jobNameOf(`${to}-${command}`, { name: `${environment}-${database}`, stamp }),
    });
    const restore = [job('restore', to), job('cut-over', to)] as const;
    // A restore that still runs would make anew what is dropped, and a late fence would close what was opened.
    const undo = { ...job('undo-restore', to), replaces: restore.map((each) => each.job) };
    if (to === 'primary') {
      // A fence that comes late would close what is restored here.
      const late = (site?.unfenced ?? []).filter((each) => each.database === database).map(({ fence }) => fence.job);
      const [first, ...others] = restore;
      return { database, jobs: [job('back-up', 'recovery'), { ...first, replaces: late }, ...others], undo };
    }
    const fence = job('fence-database', 'primary');
    const open = { ...job('open-database', 'primary'), replaces: [fence.job] };
    return { database, jobs: [...restore], undo, fence, open };
  });
}
