// What operations on snapshots of one kind have in common: finding one, and beginning one, which tells of itself when it is done.
import type { Tag } from '@aws-sdk/client-rds';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type Permission } from '../../runtime/service.ts';
import type { DatabaseTable } from './database-table.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { type Kind, names, snapshotArn } from './kinds.ts';
import { snapshotTags } from './permissions.ts';
import { announceSnapshot, type SnapshotEvents } from './snapshot-events.ts';
import type { Snapshot, SnapshotTable } from './snapshot-table.ts';

/** Manual snapshots of one region: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html */
export const snapshotQuota = 100;

/** As the protocol has read it: members that the two kinds name differently are found by name. */
export type SnapshotInput = Readonly<Record<string, string | undefined>> & {
  readonly Tags?: readonly Tag[];
  readonly CopyTags?: never;
};

export interface SnapshotParts {
  readonly context: RuntimeContext;
  readonly databases: DatabaseTable;
  readonly snapshots: SnapshotTable;
  readonly events: SnapshotEvents;
}

export interface SnapshotDesk extends SnapshotParts {
  readonly kind: Kind;
  readonly words: (typeof names)[Kind];
  /** The member that names a snapshot. */
  readonly idMember: string;
  now(): number;
  describe(snapshot: Snapshot): object;
  arnIn(region: string, identifier: string): string;
  permit(action: string, resource: string, context?: Permission['context']): Permission;
  tagsOf(region: string, identifier: string): ReturnType<typeof snapshotTags>;
  /** @throws AwsError as RDS says that it is not there. */
  get(region: string, identifier: string | undefined): Snapshot;
  /** What has been begun is durable. @throws AwsError when there is one of that name, or there are too many. */
  begin(snapshot: Snapshot): Promise<object>;
}

export function createSnapshotDesk(kind: Kind, parts: SnapshotParts): SnapshotDesk {
  const { context, snapshots, events } = parts;
  const words = names[kind];
  const now = () => context.clock.now();
  const describe = (snapshot: Snapshot) => describeSnapshot(snapshot, { accountId: context.accountId, now: now() });
  return {
    ...{ ...parts, kind, words, idMember: `${words.snapshot}Identifier`, now, describe },
    arnIn: (region, identifier) => snapshotArn({ kind, region, identifier }, context.accountId),
    permit: (action, resource, more) => ({
      action: `rds:${action}`,
      resource,
      ...(more === undefined ? {} : { context: more }),
    }),
    tagsOf: (region, identifier) => snapshotTags(kind, snapshots.find(kind, region, identifier)?.tags),
    get(region, identifier) {
      const found = snapshots.find(kind, region, identifier ?? '');
      if (found !== undefined) return found;
      throw new AwsError(words.snapshotNotFound, `${words.snapshot} ${identifier ?? ''} not found.`, { status: 404 });
    },
    async begin(snapshot) {
      if (snapshots.find(kind, snapshot.region, snapshot.identifier) !== undefined)
        throw new AwsError(
          words.snapshotExists,
          `Cannot create the snapshot because a snapshot with the identifier ${snapshot.identifier} already exists.`,
        );
      if (snapshots.list(kind, snapshot.region).length >= snapshotQuota)
        throw new AwsError('SnapshotQuotaExceededFault', `Cannot create more than ${snapshotQuota} manual snapshots`);
      snapshots.put(snapshot);
      await context.store.flush();
      await announceSnapshot(context, snapshot, 'begun');
      events.follow(snapshot);
      return { [words.snapshot]: describe(snapshot) };
    },
  };
}
