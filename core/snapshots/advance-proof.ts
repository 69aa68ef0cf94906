// Carries the proof of a snapshot on by one step: restores it beside everything that lives, judges what stands there, and takes it away again.
import type { Configuration } from '../../config/schema.ts';
import { proofServer, snapshotOwnerTag } from '../../contracts/backup-places.ts';
import type { DatabaseProgress, SnapshotProof } from '../../contracts/workflows/advance-database.ts';
import { failed, running, succeeded } from './database-progress.ts';
import { type DatabaseServer, findDifferences, isBroken, type ServerPort, type ServerPorts } from './server-port.ts';

/** Which proof a server is of. */
export const proofTag = 'proof';

export interface ProofStep {
  readonly job: string;
  readonly startedAt: string;
  readonly proof: SnapshotProof;
}

const minuteMilliseconds = 60_000;

/** Looks at what there is and does what is next: repeating it changes nothing. A failure leaves the server to `removeProof`. */
export async function advanceProof(
  servers: ServerPort,
  { job, startedAt, proof }: ProofStep,
  { owner, now }: { readonly owner: string; readonly now: string },
): Promise<DatabaseProgress> {
  const seconds = Math.round((Date.parse(now) - Date.parse(startedAt)) / 1000);
  if (seconds > proof.timeoutMinutes * 60)
    return failed(`${proof.scratch} is not available after ${proof.timeoutMinutes} min (backups.timeoutMinutes)`);
  const found = await servers.find(proof.scratch);
  if (found?.status === 'deleting') return running(`${found.identifier} of an earlier proof is being deleted`);
  if (found !== undefined && found.tags[proofTag] !== job) {
    if (!isLeftOver(found, proof.timeoutMinutes, now))
      return found.status === 'emptying'
        ? running(`${found.identifier} of an earlier proof is being deleted`)
        : failed(
            `${found.identifier} belongs to the proof ${found.tags[proofTag]}, which is under way since ${found.createdAt}`,
          );
    await servers.remove(found.identifier);
    return running(`${found.identifier} was left by an earlier proof, and is deleted`);
  }
  if (found === undefined || found.status === 'incomplete') {
    const { scratch: identifier, snapshotId, subnetGroup, securityGroups, instanceClass } = proof;
    const tags = { [snapshotOwnerTag]: owner, [proofTag]: job };
    await servers.restore({ identifier, from: { snapshotId }, subnetGroup, securityGroups, instanceClass, tags });
    return running(`RDS restores ${snapshotId} as ${identifier}`);
  }
  if (isBroken(found)) return failed(`RDS says that ${found.identifier} is ${found.status}`);
  if (found.status !== 'available') return running(`${found.identifier} is ${found.status}`);
  const problem = findDifferences(found, proof);
  if (problem !== undefined) return failed(`${found.identifier} is not what was backed up: ${problem}`);
  const size = found.allocatedGigabytes === undefined ? '' : ` ${found.allocatedGigabytes} GB,`;
  return succeeded(
    `restored as ${found.identifier} in ${seconds} s: available, engine ${found.engineVersion},${size} in ${found.subnetGroup}; its rows were not read`,
    seconds,
  );
}

/** Until it is gone. What belongs to another proof is left to that one. */
export async function removeProof(servers: ServerPort, { job, proof }: ProofStep): Promise<DatabaseProgress> {
  const found = await servers.find(proof.scratch);
  if (found === undefined || found.tags[proofTag] !== job) return succeeded(`${proof.scratch} is gone`);
  if (found.status !== 'deleting') await servers.remove(found.identifier);
  return running(`${proof.scratch} is being deleted`);
}

/** Takes away what proofs have left that ended without a word. Answers how many. */
export async function sweepProofs(
  { application, databases, backups }: Pick<Configuration, 'application' | 'databases' | 'backups'>,
  servers: Readonly<Record<keyof ServerPorts, Pick<ServerPort, 'find' | 'remove'>>>,
  now: string,
): Promise<number> {
  let swept = 0;
  for (const [database, { environments }] of Object.entries(databases)) {
    for (const [environment, { snapshot }] of Object.entries(environments)) {
      if (snapshot?.proof === undefined) continue;
      const found = await servers[snapshot.kind].find(proofServer(application, environment, database));
      if (found === undefined || found.status === 'deleting') continue;
      if (!isLeftOver(found, backups.timeoutMinutes, now)) continue;
      await servers[snapshot.kind].remove(found.identifier);
      swept += 1;
    }
  }
  return swept;
}

function isLeftOver({ createdAt }: DatabaseServer, timeoutMinutes: number, now: string): boolean {
  return Date.parse(now) - Date.parse(createdAt) > timeoutMinutes * minuteMilliseconds;
}
