// Carries a restore by RDS on by one step: beside the live server, then in its place by two renamings, and back when that fails.
import { serverPrefix, snapshotOwnerTag } from '../../contracts/backup-places.ts';
import type { DatabaseProgress, ServerRestorePlan } from '../../contracts/workflows/advance-database.ts';
import { failed, running, succeeded } from './database-progress.ts';
import { findDifferences, isBroken, type ServerPort } from './server-port.ts';

/** Which restore a server is of; it keeps it when it gets the live one's name. */
export const restoreTag = 'restore';

export interface RestoreStep {
  /** Ends in the time of the restore. */
  readonly job: string;
  readonly startedAt: string;
  readonly restore: ServerRestorePlan;
}

/** With the network, class and parameters of the live server, which is only read. */
export async function advanceRestore(
  servers: ServerPort,
  { job, startedAt, restore }: RestoreStep,
  { owner, now }: { readonly owner: string; readonly now: string },
): Promise<DatabaseProgress> {
  const seconds = Math.round((Date.parse(now) - Date.parse(startedAt)) / 1000);
  if (seconds > restore.timeoutMinutes * 60)
    return failed(`${restore.beside} is not available after ${restore.timeoutMinutes} min (backups.timeoutMinutes)`);
  const [live, beside] = await Promise.all([servers.find(restore.live), servers.find(restore.beside)]);
  if (live === undefined) return failed(`${restore.live} is not there: its network and its class are not known`);
  if (live.status === 'incomplete') return failed(`${restore.live} has no instance: of which class is not known`);
  if (beside !== undefined && beside.tags[restoreTag] !== job)
    return failed(
      `${restore.beside} is there already, of ${beside.tags[restoreTag] ?? 'somebody else'}: delete it first`,
    );
  if (beside === undefined || beside.status === 'incomplete') {
    const { subnetGroup, securityGroups, instanceClass, parameterGroup, multiAz } = live;
    const { clusterParameterGroup, serverless } = live;
    const { snapshotId, at = '' } = restore;
    await servers.restore({
      identifier: restore.beside,
      from: snapshotId === undefined ? { server: restore.live, at } : { snapshotId },
      ...{ subnetGroup, securityGroups, instanceClass, parameterGroup, multiAz, clusterParameterGroup, serverless },
      tags: { [snapshotOwnerTag]: owner, [restoreTag]: job },
    });
    return running(`RDS restores ${restore.beside}`);
  }
  if (isBroken(beside)) return failed(`RDS says that ${beside.identifier} is ${beside.status}`);
  if (beside.status !== 'available') return running(`${beside.identifier} is ${beside.status}`);
  const { engineVersion, subnetGroup, securityGroups } = live;
  const problem = findDifferences(beside, { engineVersion, subnetGroup, securityGroups, keyArn: restore.keyArn });
  if (problem !== undefined) return failed(`${beside.identifier} cannot take its place: ${problem}`);
  return succeeded(
    `${beside.identifier} is available beside ${live.identifier} after ${seconds} s, as engine, key and network of it; rows were not compared`,
    seconds,
  );
}

/** The live one gets another name, then the restored one gets its: in between nobody answers there. Each look does what is next. */
export async function advanceCutOver(servers: ServerPort, step: RestoreStep): Promise<DatabaseProgress> {
  const { job, restore } = step;
  const replaced = replacedName(step);
  const [live, beside, old] = await Promise.all([restore.live, restore.beside, replaced].map(servers.find));
  const moving = [live, beside, old].find((one) => one !== undefined && one.status !== 'available');
  if (moving !== undefined)
    return isBroken(moving)
      ? failed(`RDS says that ${moving.identifier} is ${moving.status}`)
      : running(`${moving.identifier} is ${moving.status}`);
  if (live?.tags[restoreTag] === job) {
    // What it was first: the names of its instances are wanted.
    const kept = await servers.alignNames(replaced, restore.live);
    const taken = kept.renames ? kept : await servers.alignNames(restore.live, restore.beside);
    if (taken.renames) return running(`${restore.live} is in place; instances are named after it`);
    const words = [kept, taken].flatMap(({ problem }) => (problem === undefined ? [] : [`; ${problem}`]));
    return succeeded(`${restore.live} was replaced; what it was is kept as ${replaced}${words.join('')}`);
  }
  if (live !== undefined && beside !== undefined && old === undefined) {
    await servers.rename(restore.live, replaced);
    return running(`${restore.live} becomes ${replaced}`);
  }
  if (live === undefined && beside !== undefined && old !== undefined) {
    await servers.rename(restore.beside, restore.live, old);
    return running(`${restore.beside} becomes ${restore.live}`);
  }
  const there = [live, beside, old].flatMap((one) => (one === undefined ? [] : [one.identifier]));
  return failed(`nothing can be cut over: of the three servers there are ${there.join(', ') || 'none'}`);
}

/** Gives the live one its name back when it has lost it and nothing has taken it. */
export async function undoCutOver(servers: ServerPort, step: RestoreStep): Promise<DatabaseProgress> {
  const { restore } = step;
  const replaced = replacedName(step);
  const [live, old] = await Promise.all([restore.live, replaced].map(servers.find));
  if (live?.status === 'renaming' || (old !== undefined && old.status !== 'available'))
    return running(`${restore.live} is being renamed`);
  if (live !== undefined) return succeeded(`${restore.live} is there`);
  if (old === undefined) return failed(`neither ${restore.live} nor ${replaced} is there`);
  await servers.rename(replaced, restore.live);
  return running(`${replaced} becomes ${restore.live} again`);
}

function replacedName({ job, restore }: RestoreStep): string {
  return `${serverPrefix(restore.live, 'replaced')}${job.slice(-15)}`;
}
