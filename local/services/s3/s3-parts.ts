// What the operations and providers of S3 share.
import type { RuntimeContext } from '../../runtime/context.ts';
import type { CallContext } from '../../runtime/service.ts';
import { BucketRegistry } from './buckets/bucket-registry.ts';
import { type Cause, ObjectEvents } from './events/object-events.ts';
import { Uploads } from './multipart/uploads.ts';
import { BodyFiles } from './objects/body-files.ts';
import { ObjectStore } from './objects/object-store.ts';
import { ReplicationQueue } from './replication/replication-queue.ts';

export interface S3Parts {
  readonly context: RuntimeContext;
  readonly buckets: BucketRegistry;
  readonly bodies: BodyFiles;
  readonly objects: ObjectStore;
  readonly uploads: Uploads;
  readonly events: ObjectEvents;
  readonly replications: ReplicationQueue;
}

export function createS3Parts(context: RuntimeContext): S3Parts {
  const bodies = new BodyFiles(context.store.directory('s3'));
  const events = new ObjectEvents(context);
  const replications = new ReplicationQueue(context);
  return {
    context,
    buckets: new BucketRegistry(context.store),
    bodies,
    objects: new ObjectStore(context, bodies, events, replications),
    uploads: new Uploads(context.store),
    events,
    replications,
  };
}

export function buildCause(call: CallContext, reason: string): Cause {
  return { reason, requester: call.accountId, requestId: call.requestId };
}

/** Removes body files that no record names: what was written when a crash came before its record. */
export async function sweepBodies({ buckets, objects, uploads, bodies, context }: S3Parts): Promise<void> {
  const named = new Set<string>();
  for (const { name } of buckets.all()) {
    for (const { content } of objects.index(name).all())
      for (const { file } of content?.segments ?? []) named.add(file);
  }
  for (const { segment } of uploads.allParts()) named.add(segment.file);
  const count = await bodies.sweep(named);
  if (count > 0) context.trace.record({ service: 's3', name: 'bodies-swept', subject: 's3', details: { count } });
}
