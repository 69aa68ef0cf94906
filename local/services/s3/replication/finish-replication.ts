// What the source tells of its replication once a copy has been made, or could not be.
import type { S3Parts } from '../s3-parts.ts';
import type { ReplicationTask } from './replication-queue.ts';

/** One copy that failed makes the version's replication a failure, whatever becomes of the others. */
export function finishReplication({ objects }: S3Parts, task: ReplicationTask, hasSucceeded: boolean): void {
  const index = objects.index(task.source);
  const version = index.find(task.key, task.versionId);
  if (!version || version.replicationStatus === 'FAILED') return;
  index.update({ ...version, replicationStatus: hasSucceeded ? 'COMPLETED' : 'FAILED' });
}
