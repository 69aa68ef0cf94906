// Carries the proof of a snapshot on by one step: restores it beside everything that lives, judges what stands there, and takes it away again.
import type { Configuration } from '../../config/schema.ts';
import { proofInstance, snapshotOwnerTag } from '../../contracts/backup-places.ts';
import type { DatabaseProgress, SnapshotProof } from '../../contracts/workflows/advance-database.ts';
import { type DatabaseInstance, type InstancePort, isBroken } from './instance-port.ts';

/** Which proof an instance is of. */
export const proofTag = 'proof';

export interface ProofStep {
  readonly job: string;
  readonly startedAt: string;
  readonly proof: SnapshotProof;
}

const secondsBetweenLooks = 30;
const minuteMilliseconds = 60_000;

/** Looks at what there is and does what is next: repeating it changes nothing. A failure leaves the instance to `removeProof`. */
export async function advanceProof(
  instances: InstancePort,
  { job, startedAt, proof }: ProofStep,
  { owner, now }: { readonly owner: string; readonly now: string },
): Promise<DatabaseProgress> {
  const seconds = Math.round((Date.parse(now) - Date.parse(startedAt)) / 1000);
  const running = (reason: string): DatabaseProgress => ({
    ...{ status: 'running', reason, waitSeconds: secondsBetweenLooks, restoreSeconds: 0 },
  });
  const failed = (reason: string): DatabaseProgress => ({ ...running(reason), status: 'failed' });
  if (seconds > proof.timeoutMinutes * 60)
    return failed(`${proof.instance} is not available after ${proof.timeoutMinutes} min (backups.timeoutMinutes)`);
  const found = await instances.find(proof.instance);
  if (found === undefined) {
    const { instance: identifier, snapshotId, subnetGroup, securityGroups, instanceClass } = proof;
    const tags = { [snapshotOwnerTag]: owner, [proofTag]: job };
    await instances.restore({ identifier, from: { snapshotId }, subnetGroup, securityGroups, instanceClass, tags });
    return running(`RDS restores ${snapshotId} as ${identifier}`);
  }
  if (found.status === 'deleting') return running(`${found.identifier} of an earlier proof is being deleted`);
  if (found.tags[proofTag] !== job) {
    if (!isLeftOver(found, proof.timeoutMinutes, now))
      return failed(
        `${found.identifier} belongs to the proof ${found.tags[proofTag]}, which is under way since ${found.createdAt}`,
      );
    await instances.remove(found.identifier);
    return running(`${found.identifier} was left by an earlier proof, and is deleted`);
  }
  if (isBroken(found)) return failed(`RDS says that ${found.identifier} is ${found.status}`);
  if (found.status !== 'available') return running(`${found.identifier} is ${found.status}`);
  const problem = findProblem(found, proof);
  if (problem !== undefined) return failed(problem);
  const words = `restored as ${found.identifier} in ${seconds} s: available, engine ${found.engineVersion}, ${found.allocatedGigabytes} GB, in ${found.subnetGroup}; its rows were not read`;
  return { status: 'succeeded', reason: words, waitSeconds: secondsBetweenLooks, restoreSeconds: seconds };
}

/** Until it is gone. What belongs to another proof is left to that one. */
export async function removeProof(instances: InstancePort, { job, proof }: ProofStep): Promise<DatabaseProgress> {
  const found = await instances.find(proof.instance);
  const isGone = found === undefined || found.tags[proofTag] !== job;
  if (!isGone && found.status !== 'deleting') await instances.remove(found.identifier);
  const reason = isGone ? `${proof.instance} is gone` : `${proof.instance} is being deleted`;
  return { status: isGone ? 'succeeded' : 'running', reason, waitSeconds: secondsBetweenLooks, restoreSeconds: 0 };
}

/** Takes away what proofs have left that ended without a word. Answers how many. */
export async function sweepProofs(
  { application, databases, backups }: Pick<Configuration, 'application' | 'databases' | 'backups'>,
  instances: Pick<InstancePort, 'find' | 'remove'>,
  now: string,
): Promise<number> {
  let swept = 0;
  for (const [database, { environments }] of Object.entries(databases)) {
    for (const [environment, { snapshot }] of Object.entries(environments)) {
      if (snapshot?.proof === undefined) continue;
      const found = await instances.find(proofInstance(application, environment, database));
      if (found === undefined || found.status === 'deleting') continue;
      if (!isLeftOver(found, backups.timeoutMinutes, now)) continue;
      await instances.remove(found.identifier);
      swept += 1;
    }
  }
  return swept;
}

function isLeftOver({ createdAt }: DatabaseInstance, timeoutMinutes: number, now: string): boolean {
  return Date.parse(now) - Date.parse(createdAt) > timeoutMinutes * minuteMilliseconds;
}

function findProblem(found: DatabaseInstance, proof: SnapshotProof): string | undefined {
  const differing = [
    ['engine', found.engineVersion, proof.engineVersion],
    ['storage in GB', found.allocatedGigabytes, proof.allocatedGigabytes],
    ['key', found.keyArn ?? 'none', proof.keyArn],
    ['subnet group', found.subnetGroup, proof.subnetGroup],
    ['security groups', found.securityGroups.toSorted().join(), proof.securityGroups.toSorted().join()],
  ].flatMap(([what, got, wanted]) => (got === wanted ? [] : [`${what} ${got} where ${wanted} is due`]));
  return differing.length === 0 ? undefined : `${found.identifier} is not what was backed up: ${differing.join(', ')}`;
}
