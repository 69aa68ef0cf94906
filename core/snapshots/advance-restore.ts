// Carries the restore of an RDS instance on by one step: beside the live one, then in its place by two renamings, and back when that fails.
import { instancePrefix, snapshotOwnerTag } from '../../contracts/backup-places.ts';
import type { DatabaseProgress, InstanceRestore } from '../../contracts/workflows/advance-database.ts';
import { type InstancePort, isBroken } from './instance-port.ts';

/** Which restore an instance is of; it keeps it when it gets the live one's name. */
export const restoreTag = 'restore';

export interface RestoreStep {
  /** Ends in the time of the restore. */
  readonly job: string;
  readonly startedAt: string;
  readonly restore: InstanceRestore;
}

const secondsBetweenLooks = 30;

/** With the network, class and parameters of the live instance, which is only read. */
export async function advanceRestore(
  instances: InstancePort,
  { job, startedAt, restore }: RestoreStep,
  { owner, now }: { readonly owner: string; readonly now: string },
): Promise<DatabaseProgress> {
  const seconds = Math.round((Date.parse(now) - Date.parse(startedAt)) / 1000);
  if (seconds > restore.timeoutMinutes * 60)
    return failed(`${restore.beside} is not available after ${restore.timeoutMinutes} min (backups.timeoutMinutes)`);
  const [live, beside] = await Promise.all([instances.find(restore.live), instances.find(restore.beside)]);
  if (live === undefined) return failed(`${restore.live} is not there: its network and its class are not known`);
  if (beside === undefined) {
    const { subnetGroup, securityGroups, instanceClass, parameterGroup, multiAz } = live;
    const { snapshotId, at = '' } = restore;
    await instances.restore({
      identifier: restore.beside,
      from: snapshotId === undefined ? { instance: restore.live, at } : { snapshotId },
      ...{ subnetGroup, securityGroups, instanceClass, parameterGroup, multiAz },
      tags: { [snapshotOwnerTag]: owner, [restoreTag]: job },
    });
    return running(`RDS restores ${restore.beside}`);
  }
  if (beside.tags[restoreTag] !== job)
    return failed(
      `${restore.beside} is there already, of ${beside.tags[restoreTag] ?? 'somebody else'}: delete it first`,
    );
  if (isBroken(beside)) return failed(`RDS says that ${beside.identifier} is ${beside.status}`);
  if (beside.status !== 'available') return running(`${beside.identifier} is ${beside.status}`);
  const differing = [
    ['engine', beside.engineVersion, live.engineVersion],
    ['key', beside.keyArn ?? 'none', restore.keyArn],
    ['subnet group', beside.subnetGroup, live.subnetGroup],
    ['security groups', beside.securityGroups.toSorted().join(), live.securityGroups.toSorted().join()],
  ].flatMap(([what, got, wanted]) => (got === wanted ? [] : [`${what} ${got} where ${wanted} is due`]));
  if (differing.length > 0) return failed(`${beside.identifier} cannot take its place: ${differing.join(', ')}`);
  const words = `${beside.identifier} is available beside ${live.identifier} after ${seconds} s, as engine, key and network of it; rows were not compared`;
  return { ...running(words), status: 'succeeded', restoreSeconds: seconds };
}

/** The live one gets another name, then the restored one gets its: in between nobody answers there. Each look does what is next. */
export async function advanceCutOver(instances: InstancePort, step: RestoreStep): Promise<DatabaseProgress> {
  const { job, restore } = step;
  const replaced = replacedName(step);
  const [live, beside, old] = await Promise.all([restore.live, restore.beside, replaced].map(instances.find));
  const moving = [live, beside, old].find((one) => one !== undefined && one.status !== 'available');
  if (moving !== undefined)
    return isBroken(moving)
      ? failed(`RDS says that ${moving.identifier} is ${moving.status}`)
      : running(`${moving.identifier} is ${moving.status}`);
  if (live?.tags[restoreTag] === job)
    return { ...running(`${restore.live} was replaced; what it was is kept as ${replaced}`), status: 'succeeded' };
  if (live !== undefined && beside !== undefined && old === undefined) {
    await instances.rename(restore.live, replaced);
    return running(`${restore.live} becomes ${replaced}`);
  }
  if (live === undefined && beside !== undefined && old !== undefined) {
    await instances.rename(restore.beside, restore.live, old);
    return running(`${restore.beside} becomes ${restore.live}`);
  }
  const there = [live, beside, old].flatMap((one) => (one === undefined ? [] : [one.identifier]));
  return failed(`nothing can be cut over: of the three instances there are ${there.join(', ') || 'none'}`);
}

/** Gives the live one its name back when it has lost it and nothing has taken it. */
export async function undoCutOver(instances: InstancePort, step: RestoreStep): Promise<DatabaseProgress> {
  const { restore } = step;
  const replaced = replacedName(step);
  const [live, old] = await Promise.all([restore.live, replaced].map(instances.find));
  if (live?.status === 'renaming' || (old !== undefined && old.status !== 'available'))
    return running(`${restore.live} is being renamed`);
  if (live !== undefined) return { ...running(`${restore.live} is there`), status: 'succeeded' };
  if (old === undefined) return failed(`neither ${restore.live} nor ${replaced} is there`);
  await instances.rename(replaced, restore.live);
  return running(`${replaced} becomes ${restore.live} again`);
}

function replacedName({ job, restore }: RestoreStep): string {
  return `${instancePrefix(restore.live, 'replaced')}${job.slice(-15)}`;
}

function running(reason: string): DatabaseProgress {
  return { status: 'running', reason, waitSeconds: secondsBetweenLooks, restoreSeconds: 0 };
}

function failed(reason: string): DatabaseProgress {
  return { ...running(reason), status: 'failed' };
}
