// Create, Describe and Delete of snapshots, for instances and clusters alike. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { createCopyOperation } from './copy-operation.ts';
import { type Database, statusOfDatabase } from './database-table.ts';
import { creatingSnapshot } from './durations.ts';
import { checkIdentifier } from './identifiers.ts';
import { databaseArn, kinds } from './kinds.ts';
import { requestTags } from './permissions.ts';
import { createSnapshotDesk, type SnapshotDesk, type SnapshotInput, type SnapshotParts } from './snapshot-desk.ts';
import { announceSnapshot } from './snapshot-events.ts';
import { snapshotOf, statusOf } from './snapshot-table.ts';
import { toRecord } from './tags.ts';

export function createSnapshotOperations(parts: SnapshotParts): Record<string, Operation> {
  return Object.assign({}, ...kinds.map((kind) => operationsOf(createSnapshotDesk(kind, parts))));
}

function operationsOf(desk: SnapshotDesk): Record<string, Operation> {
  const { kind, words, idMember, context, databases, snapshots, events } = desk;
  const { now, describe, arnIn, permit, tagsOf, get, begin } = desk;

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
    authorize: (input: SnapshotInput, { region }: CallContext) => {
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
    handle(input: SnapshotInput, { region }: CallContext) {
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
    authorize: (input: SnapshotInput, { region }: CallContext) => [
      permit(`Describe${words.snapshot}s`, arnIn(region, input[idMember] ?? '*')),
    ],
    handle(input: SnapshotInput, { region }: CallContext) {
      const identifier = input[idMember];
      const of = input[`${words.database}Identifier`];
      const found = identifier === undefined ? snapshots.list(kind, region) : [get(region, identifier)];
      return {
        [`${words.snapshot}s`]: found.filter(({ database }) => of === undefined || database === of).map(describe),
      };
    },
  };

  const remove: Operation = {
    authorize: (input: SnapshotInput, { region }: CallContext) => [
      permit(`Delete${words.snapshot}`, arnIn(region, input[idMember] ?? ''), tagsOf(region, input[idMember] ?? '')),
    ],
    async handle(input: SnapshotInput, { region }: CallContext) {
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
    [`Copy${words.snapshot}`]: createCopyOperation(desk),
    [`Delete${words.snapshot}`]: remove,
  };
}
