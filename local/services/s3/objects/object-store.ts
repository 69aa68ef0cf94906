// The changes to objects: each is one step that is durable as a whole, with the events and replications that follow from it.
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { Bucket } from '../buckets/bucket.ts';
import type { Cause, ObjectEvents } from '../events/object-events.ts';
import type { ReplicationQueue } from '../replication/replication-queue.ts';
import { findReplicationTargets } from '../replication/replication-rules.ts';
import type { BodyFiles } from './body-files.ts';
import { ObjectIndex } from './object-index.ts';
import type { ObjectContent, ObjectVersion, StoredVersion } from './object-version.ts';
import { checkWriteConditions } from './preconditions.ts';

export interface Deletion {
  /** True when the deletion made a delete marker, or removed one. */
  readonly isDeleteMarker: boolean;
  readonly versionId?: string;
}

export class ObjectStore {
  readonly #context: RuntimeContext;
  readonly #bodies: BodyFiles;
  readonly #events: ObjectEvents;
  readonly #replications: ReplicationQueue;
  readonly #indexes = new Map<string, ObjectIndex>();

  constructor(context: RuntimeContext, bodies: BodyFiles, events: ObjectEvents, replications: ReplicationQueue) {
    this.#context = context;
    this.#bodies = bodies;
    this.#events = events;
    this.#replications = replications;
  }

  index(bucket: string): ObjectIndex {
    let index = this.#indexes.get(bucket);
    if (!index) {
      index = new ObjectIndex(this.#context.store, bucket);
      this.#indexes.set(bucket, index);
    }
    return index;
  }

  /**
   * Makes the content the newest version of the key. Throws when a condition does not hold; the content's files are
   * then the caller's to remove. `alongside` makes further changes to the store that belong to the same step.
   */
  async put(
    bucket: Bucket,
    draft: { readonly key: string; readonly content: ObjectContent },
    cause: Cause,
    options: {
      readonly conditions?: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined };
      readonly alongside?: () => void;
    } = {},
  ): Promise<StoredVersion> {
    const index = this.index(bucket.name);
    checkWriteConditions(index.current(draft.key), options.conditions ?? {});
    const unversioned = { ...draft, lastModified: this.#context.clock.now() };
    const targets = findReplicationTargets(bucket, unversioned);
    const { added, replaced } = index.add(bucket.versioning, {
      ...unversioned,
      ...(targets.length > 0 && { replicationStatus: 'PENDING' as const }),
    });
    options.alongside?.();
    this.#events.note(bucket, 'Object Created', added, cause);
    this.#replications.add(bucket, added, targets);
    await this.#context.store.flush();
    await this.#removeBodies(replaced);
    return added;
  }

  /** Puts a copy that replication brings, under the id that the version has at its source. */
  async putReplica(bucket: Bucket, version: ObjectVersion, cause: Cause): Promise<void> {
    const { replaced } = this.index(bucket.name).add(bucket.versioning, {
      ...version,
      replicationStatus: 'REPLICA' as const,
    });
    if (version.content) this.#events.note(bucket, 'Object Created', version, cause);
    await this.#context.store.flush();
    await this.#removeBodies(replaced);
  }

  /** Without a version: as the bucket's versioning says, a delete marker or the end of the object. Locks are the caller's to check. */
  async delete(bucket: Bucket, key: string, versionId: string | undefined, cause: Cause): Promise<Deletion> {
    const index = this.index(bucket.name);
    if (versionId !== undefined || !bucket.versioning) {
      const removed = index.remove(key, versionId ?? 'null');
      if (removed) this.#noteDeleted(bucket, removed, cause, 'Permanently Deleted');
      await this.#context.store.flush();
      await this.#removeBodies(removed);
      const isDeleteMarker = removed !== undefined && removed.content === undefined;
      return { isDeleteMarker, ...(versionId !== undefined && { versionId }) };
    }
    const marker = { key, lastModified: this.#context.clock.now() };
    const targets = findReplicationTargets(bucket, marker);
    const { added, replaced } = index.add(bucket.versioning, {
      ...marker,
      ...(targets.length > 0 && { replicationStatus: 'PENDING' as const }),
    });
    this.#noteDeleted(bucket, added, cause, 'Delete Marker Created');
    this.#replications.add(bucket, added, targets);
    await this.#context.store.flush();
    await this.#removeBodies(replaced);
    return { isDeleteMarker: true, versionId: added.versionId };
  }

  /** Replaces what is kept of a version beside its bytes. */
  async update(bucket: Bucket, version: ObjectVersion): Promise<void> {
    this.index(bucket.name).update(version);
    await this.#context.store.flush();
  }

  #noteDeleted(bucket: Bucket, version: ObjectVersion, cause: Cause, deletionType: string): void {
    const detailType = 'Object Deleted';
    this.#events.note(bucket, detailType, version, cause, { 'deletion-type': deletionType });
  }

  async #removeBodies(version: ObjectVersion | undefined): Promise<void> {
    if (version?.content) await this.#bodies.remove(version.content.segments);
  }
}
