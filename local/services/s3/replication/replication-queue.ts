// Copies versions to other buckets, soon after they were written, with the permissions of the bucket's replication role.
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError } from '../../../runtime/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectVersion } from '../objects/object-version.ts';
import { Outbox } from '../outbox.ts';
import type { ReplicationTarget } from './replication-rules.ts';

/** The copy of one version to one bucket. */
export interface ReplicationTask {
  readonly role: string;
  readonly source: string;
  readonly region: string;
  readonly key: string;
  readonly versionId: string;
  readonly target: ReplicationTarget;
}

/** Not an operation of the API: made as the replication role, so that IAM decides what it may do. */
export const REPLICATE_OPERATION = '(replication) ReplicateObject';

export class ReplicationQueue {
  readonly #context: RuntimeContext;
  readonly #outbox: Outbox<ReplicationTask>;
  #finish: (task: ReplicationTask, hasSucceeded: boolean) => void = () => undefined;

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#outbox = new Outbox<ReplicationTask>(context, 's3/replications', (task) => this.#replicate(task));
  }

  start(finish: (task: ReplicationTask, hasSucceeded: boolean) => void): void {
    this.#finish = finish;
    this.#outbox.start();
  }

  stop(): void {
    this.#outbox.stop();
  }

  /** To be called in the tick in which the version is written. */
  add(bucket: Bucket, version: ObjectVersion, targets: readonly ReplicationTarget[]): void {
    for (const target of targets) {
      this.#outbox.add({
        role: bucket.replication?.Role ?? '',
        source: bucket.name,
        region: bucket.region,
        key: version.key,
        versionId: version.versionId,
        target,
      });
    }
  }

  async #replicate(task: ReplicationTask): Promise<void> {
    const { trace } = this.#context;
    const subject = `${task.source}/${task.key}`;
    try {
      await this.#context.call({
        service: 's3',
        operation: REPLICATE_OPERATION,
        input: task,
        principal: this.#context.assumeRole(
          task.role,
          's3-replication',
          this.#context.servicePrincipal('s3.amazonaws.com', `arn:aws:s3:::${task.source}`),
        ),
        region: task.region,
      });
      this.#finish(task, true);
      trace.record({ service: 's3', name: 'object-replicated', subject, details: { to: task.target.bucket } });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#finish(task, false);
      const details = { to: task.target.bucket, error: error.code, message: error.message };
      trace.record({ service: 's3', name: 'replication-failed', subject, details });
    }
  }
}
