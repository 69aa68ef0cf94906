// Create, Describe, Copy and Delete of snapshots, for instances and clusters alike.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
import type { Tag } from '@aws-sdk/client-rds';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { type Database, type DatabaseTable, statusOfDatabase } from './database-table.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { copyingSnapshot, creatingSnapshot } from './durations.ts';
import { checkIdentifier } from './identifiers.ts';
import { databaseArn, type Kind, kinds, names, snapshotArn } from './kinds.ts';
import { keyPermissions, requestTags, snapshotTags } from './permissions.ts';
import { announceSnapshot, type SnapshotEvents } from './snapshot-events.ts';
import { type Snapshot, type SnapshotTable, snapshotOf, statusOf } from './snapshot-table.ts';
import { toRecord } from './tags.ts';

/** Manual snapshots of one region: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html */
export const snapshotQuota = 100;
/** Copies that one account may have under way to one region. */
export const copyQuota = 20;

/** As the protocol has read it: members that the two kinds name differently are found by name. */
type Input = Readonly<Record<string, string | undefined>> & {
  readonly Tags?: readonly Tag[];
  readonly CopyTags?: never;
};

interface Parts {
  readonly context: RuntimeContext;
  readonly databases: DatabaseTable;
  readonly snapshots: SnapshotTable;
  readonly events: SnapshotEvents;
}

export function createSnapshotOperations(parts: Parts): Record<string, Operation> {
  return Object.assign({}, ...kinds.map((kind) => operationsOf(kind, parts)));
}

function operationsOf(kind: Kind, { context, databases, snapshots, events }: Parts): Record<string, Operation> {
  const words = names[kind];
  const idMember = `${words.snapshot}Identifier`;
  const now = () => context.clock.now();
  const describe = (snapshot: Snapshot) => describeSnapshot(snapshot, { accountId: context.accountId, now: now() });
  const arnIn = (region: string, identifier: string): string =>
    snapshotArn({ kind, region, identifier }, context.accountId);
  const permit = (action: string, resource: string, more?: Record<string, string | readonly string[]>) => ({
    action: `rds:${action}`,
    resource,
    ...(more === undefined ? {} : { context: more }),
  });
  const tagsOf = (region: string, identifier: string) =>
    snapshotTags(kind, snapshots.find(kind, region, identifier)?.tags);

  function get(region: string, identifier: string | undefined): Snapshot {
    const found = snapshots.find(kind, region, identifier ?? '');
    if (found !== undefined) return found;
    throw new AwsError(words.snapshotNotFound, `${words.snapshot} ${identifier ?? ''} not found.`, { status: 404 });
  }

  /** What has been begun is durable, and tells of itself when it is done. */
  async function begin(snapshot: Snapshot): Promise<object> {
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
  }

  function getDatabase(region: string, identifier: string | undefined): Database {
    databases.settle(now());
    const found = databases.find(kind, region, identifier ?? '');
    if (found === undefined)
      throw new AwsError(words.databaseNotFound, `${words.database} ${identifier ?? ''} not found.`, { status: 404 });
    if (statusOfDatabase(found, now()) !== 'available')
      throw new AwsError(
        words.invalidDatabaseState,
        `Cannot create a snapshot because the database ${identifier} is not currently in the available state.`,
      );
    return found;
  }

  const create: Operation = {
    authorize: (input: Input, { region }: CallContext) => {
      const tags = requestTags(input.Tags);
      const target = arnIn(region, input[idMember] ?? '');
      const source = databaseArn(
        { kind, region, identifier: input[`${words.database}Identifier`] ?? '' },
        context.accountId,
      );
      const action = `Create${words.snapshot}`;
      return [
        permit(action, source, tags),
        permit(action, target, tags),
        ...(input.Tags === undefined ? [] : [permit('AddTagsToResource', target, tags)]),
      ];
    },
    handle(input: Input, { region }: CallContext) {
      const identifier = checkIdentifier(input[idMember], idMember);
      const database = getDatabase(region, input[`${words.database}Identifier`]);
      const at = now();
      return begin({
        ...snapshotOf(database),
        ...{ identifier, tags: toRecord(input.Tags), takenAt: at, startedAt: at },
        readyAt: at + creatingSnapshot(database.allocatedGigabytes),
      });
    },
  };

  const describeAll: Operation = {
    authorize: (input: Input, { region }: CallContext) => [
      permit(`Describe${words.snapshot}s`, arnIn(region, input[idMember] ?? '*')),
    ],
    handle(input: Input, { region }: CallContext) {
      const identifier = input[idMember];
      const of = input[`${words.database}Identifier`];
      const found = identifier === undefined ? snapshots.list(kind, region) : [get(region, identifier)];
      return {
        [`${words.snapshot}s`]: found.filter(({ database }) => of === undefined || database === of).map(describe),
      };
    },
  };

  const copy: Operation = {
    authorize: (input: Input, { region }: CallContext) => {
      const tags = requestTags(input.Tags);
      const target = arnIn(region, input[`Target${idMember}`] ?? '');
      const source = sourceArn(input, region);
      return [
        permit(`Copy${words.snapshot}`, source, {
          ...tags,
          ...tagsOf(source.split(':')[3] ?? '', identifierOf(source)),
        }),
        permit(`Copy${words.snapshot}`, target, tags),
        ...(input.Tags === undefined ? [] : [permit('AddTagsToResource', target, tags)]),
        ...keyPermissions(input.KmsKeyId, region),
      ];
    },
    handle(input: Input, { region }: CallContext) {
      const identifier = checkIdentifier(input[`Target${idMember}`], `Target${idMember}`);
      const copyOf = sourceArn(input, region);
      const from = copyOf.split(':')[3] ?? region;
      const source = get(from, identifierOf(copyOf));
      if (statusOf(source, now()) !== 'available')
        throw new AwsError(words.invalidSnapshotState, `Cannot copy ${source.identifier}: it is not available.`);
      if (from !== region && source.kmsKeyId !== undefined && input.KmsKeyId === undefined)
        throw new AwsError(
          'KMSKeyNotAccessibleFault',
          'A key of the destination region is needed to copy an encrypted snapshot to another region.',
        );
      const underWay = snapshots.list(kind, region).filter((one) => statusOf(one, now()) === 'copying');
      if (from !== region && underWay.length >= copyQuota)
        throw new AwsError('SnapshotQuotaExceededFault', `Cannot have more than ${copyQuota} copies under way`);
      const key = input.KmsKeyId ?? source.kmsKeyId;
      const at = now();
      return begin({
        ...source,
        ...{ region, identifier, copyOf, startedAt: at },
        ...(key === undefined ? {} : { kmsKeyId: key }),
        tags: { ...(String(input.CopyTags) === 'true' ? source.tags : {}), ...toRecord(input.Tags) },
        readyAt: at + copyingSnapshot(source.allocatedGigabytes),
      });
    },
  };

  function sourceArn(input: Input, region: string): string {
    const given = input[`Source${idMember}`] ?? '';
    return given.startsWith('arn:') ? given : arnIn(region, given);
  }

  const remove: Operation = {
    authorize: (input: Input, { region }: CallContext) => [
      permit(`Delete${words.snapshot}`, arnIn(region, input[idMember] ?? ''), tagsOf(region, input[idMember] ?? '')),
    ],
    async handle(input: Input, { region }: CallContext) {
      const snapshot = get(region, input[idMember]);
      if (statusOf(snapshot, now()) === 'creating')
        throw new AwsError(words.invalidSnapshotState, `Cannot delete ${snapshot.identifier}: it is being created.`);
      snapshots.remove(snapshot);
      events.forget(snapshot);
      await context.store.flush();
      await announceSnapshot(context, snapshot, 'deleted');
      return { [words.snapshot]: { ...describe(snapshot), Status: 'deleted' } };
    },
  };

  return {
    [`Create${words.snapshot}`]: create,
    [`Describe${words.snapshot}s`]: describeAll,
    [`Copy${words.snapshot}`]: copy,
    [`Delete${words.snapshot}`]: remove,
  };
}

function identifierOf(arn: string): string {
  return arn.split(':').slice(6).join(':');
}
