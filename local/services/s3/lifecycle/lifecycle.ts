// Runs the buckets' lifecycle rules once a day, at midnight UTC of the virtual clock.
import type { CancelTimer } from '../../../clock/clock.ts';
import type { Bucket } from '../buckets/bucket.ts';
import { checkDeletable } from '../objects/object-lock.ts';
import type { ObjectVersion } from '../objects/object-version.ts';
import type { S3Parts } from '../s3-parts.ts';
import { decideLifecycle, isAbortDue, type LifecycleAction } from './decide-lifecycle.ts';

const DAY_MILLISECONDS = 86_400_000;
const CAUSE = { reason: 'Lifecycle Expiration', requester: 's3.amazonaws.com', requestId: 'lifecycle' };

export class Lifecycle {
  readonly #parts: S3Parts;
  #cancel: CancelTimer = () => undefined;

  constructor(parts: S3Parts) {
    this.#parts = parts;
  }

  /** Also does what was due while nothing ran. */
  start(): void {
    this.#schedule(this.#parts.context.clock.now());
  }

  stop(): void {
    this.#cancel();
  }

  #schedule(at: number): void {
    const { clock } = this.#parts.context;
    this.#cancel = clock.at(at, () => {
      const nextMidnight = (Math.floor(clock.now() / DAY_MILLISECONDS) + 1) * DAY_MILLISECONDS;
      this.#schedule(nextMidnight);
      void clock.work(this.#run());
    });
  }

  async #run(): Promise<void> {
    for (const bucket of this.#parts.buckets.all()) {
      if (!bucket.lifecycle) continue;
      try {
        await this.#runBucket(bucket, bucket.lifecycle);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.#parts.context.trace.record({
          service: 's3',
          name: 'lifecycle-failed',
          subject: bucket.name,
          details: { message },
        });
      }
    }
  }

  async #runBucket(bucket: Bucket, rules: NonNullable<Bucket['lifecycle']>): Promise<void> {
    const { objects, uploads, bodies, context } = this.#parts;
    const now = context.clock.now();
    for (const { key, versions } of objects.index(bucket.name).keys('')) {
      for (const action of decideLifecycle(rules, versions, now)) await this.#carryOut(bucket, key, action);
    }
    for (const upload of uploads.list(bucket.name)) {
      if (!isAbortDue(rules, upload.key, upload.initiatedAt, now)) continue;
      const segments = uploads.parts(upload).map(({ segment }) => segment);
      uploads.delete(upload);
      await context.store.flush();
      await bodies.remove(segments);
      context.trace.record({
        service: 's3',
        name: 'upload-aborted',
        subject: `${bucket.name}/${upload.key}`,
        details: { uploadId: upload.id },
      });
    }
  }

  async #carryOut(bucket: Bucket, key: string, action: LifecycleAction): Promise<void> {
    const { objects, events } = this.#parts;
    switch (action.kind) {
      case 'expire':
        await objects.delete(bucket, key, undefined, CAUSE);
        return;
      case 'remove':
        if (this.#isProtected(action.version)) return;
        await objects.delete(bucket, key, action.version.versionId, CAUSE);
        return;
      case 'transition': {
        const { content } = action.version;
        if (!content) return;
        const cause = { ...CAUSE, reason: 'Lifecycle Transition' };
        const further = { 'destination-storage-class': action.storageClass };
        events.note(bucket, 'Object Storage Class Changed', action.version, cause, further);
        await objects.update(bucket, {
          ...action.version,
          content: { ...content, storageClass: action.storageClass },
        });
      }
    }
  }

  /** A version under lock outlives every rule. */
  #isProtected(version: ObjectVersion): boolean {
    try {
      checkDeletable(version, this.#parts.context.clock.now(), false);
      return false;
    } catch {
      return true;
    }
  }
}
