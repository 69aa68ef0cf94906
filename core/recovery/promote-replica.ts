// Makes a read replica the database, one look at a time. RDS cannot undo it: it is asked for when users are led to the region already.
import type * as z from 'zod/mini';
import type { promoteReplicaTask } from '../../contracts/workflows/fail-over.ts';
import { isBroken } from '../snapshots/server-port.ts';
import type { Replica, ReplicaPort } from './replica-port.ts';

type Input = z.infer<typeof promoteReplicaTask.input>;
export type PromotionProgress = z.infer<typeof promoteReplicaTask.output>;

const secondsBetweenLooks = 15;
/**
 * How long a replica may take to receive what was written before the fence. An idle primary writes something every five minutes:
 * until then a replica that has everything looks as far behind.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.Monitor.html
 */
const catchUpSeconds = 600;

/** Looks at what there is and does what is next: repeating it promotes once. */
export async function promoteReplica(
  replicas: ReplicaPort,
  { promotion, startedAt, fencedAt }: Input,
  now: string,
): Promise<PromotionProgress> {
  const { database, identifier, engineVersion, backupRetentionDays, timeoutMinutes } = promotion;
  const running = (reason: string): PromotionProgress => ({
    ...{ status: 'running', reason, waitSeconds: secondsBetweenLooks },
  });
  const failed = (reason: string): PromotionProgress => ({ ...running(`${database}: ${reason}`), status: 'failed' });
  const seconds = (Date.parse(now) - Date.parse(startedAt)) / 1000;
  const found = await replicas.find(identifier);
  if (found === undefined) return failed(`${identifier} is not there any more`);
  if (isBroken(found)) return failed(`RDS says that ${identifier} is ${found.status}`);
  if (found.status === 'available' && found.follows === undefined)
    return found.engineVersion === engineVersion
      ? { ...running(`${database} is ${identifier} now, and takes writes`), status: 'succeeded' }
      : failed(`${identifier} takes writes, and its engine is ${found.engineVersion} where ${engineVersion} is due`);
  if (seconds > timeoutMinutes * 60)
    return failed(`${identifier} is ${found.status} after ${timeoutMinutes} min (backups.timeoutMinutes)`);
  if (found.status !== 'available') return running(`${identifier} is ${found.status}`);
  if (fencedAt !== undefined && !hasReceived(found, fencedAt) && seconds < catchUpSeconds)
    return running(`${identifier} has not received everything yet: ${describeLag(found)}`);
  await replicas.promote(identifier, backupRetentionDays);
  const isWhole = fencedAt !== undefined && hasReceived(found, fencedAt);
  const loss = isWhole
    ? `nothing of ${database}: ${identifier} had received what was written before the fence`
    : `of ${database} what ${identifier} had not received: ${describeLag(found)}`;
  return { ...running(`RDS promotes ${identifier}`), loss };
}

/** In words, for a plan and for the end of a move. */
export function describeLag({ lag }: Pick<Replica, 'lag'>): string {
  return lag === undefined
    ? 'how far it is behind is not known, RDS has not measured it lately'
    : `${Math.round(lag.seconds)} s behind at ${lag.measuredAt}`;
}

/** Whether the youngest thing that it has is younger than the fence, behind which nothing was written. */
function hasReceived({ lag }: Replica, fencedAt: string): boolean {
  return lag !== undefined && Date.parse(lag.measuredAt) - lag.seconds * 1000 >= Date.parse(fencedAt);
}
