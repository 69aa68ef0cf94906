// AddTagsToResource, RemoveTagsFromResource and ListTagsForResource, of snapshots and databases.
import type {
  AddTagsToResourceCommandInput,
  ListTagsForResourceCommandInput,
  RemoveTagsFromResourceCommandInput,
} from '@aws-sdk/client-rds';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type Operation } from '../../runtime/service.ts';
import type { DatabaseTable } from './database-table.ts';
import { kinds, names } from './kinds.ts';
import { requestTags, resourceTags, snapshotTags } from './permissions.ts';
import type { SnapshotTable } from './snapshot-table.ts';
import { toRecord, toTagList } from './tags.ts';

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
  readonly keys: ReturnType<typeof resourceTags>;
  write(tags: Record<string, string>): void;
}

export function createTagOperations(
  context: RuntimeContext,
  databases: DatabaseTable,
  snapshots: SnapshotTable,
): Record<string, Operation> {
  function find(arn: string | undefined): Tagged | undefined {
    const [, , , region = '', , type = '', ...rest] = (arn ?? '').split(':');
    for (const kind of kinds) {
      if (type === names[kind].snapshotArn) {
        const snapshot = snapshots.find(kind, region, rest.join(':'));
        return (
          snapshot && {
            tags: snapshot.tags,
            keys: snapshotTags(kind, snapshot.tags),
            write: (tags) => snapshots.put({ ...snapshot, tags }),
          }
        );
      }
      if (type === names[kind].databaseArn) {
        const database = databases.find(kind, region, rest.join(':'));
        return (
          database && {
            tags: database.tags,
            keys: resourceTags(database.tags),
            write: (tags) => databases.put({ ...database, tags }),
          }
        );
      }
    }
    return undefined;
  }
  function get(arn: string | undefined): Tagged {
    const found = find(arn);
    if (found === undefined)
      throw new AwsError('InvalidParameterValue', `The specified resource name does not match an RDS resource: ${arn}`);
    return found;
  }
  const permit = (action: string, arn = '', more = {}) => [
    { action: `rds:${action}`, resource: arn, context: { ...find(arn)?.keys, ...more } },
  ];
  return {
    AddTagsToResource: {
      authorize: ({ ResourceName, Tags }: AddTagsToResourceCommandInput) =>
        permit('AddTagsToResource', ResourceName, requestTags(Tags)),
      async handle({ ResourceName, Tags }: AddTagsToResourceCommandInput) {
        const found = get(ResourceName);
        found.write({ ...found.tags, ...toRecord(Tags) });
        await context.store.flush();
        return {};
      },
    },
    RemoveTagsFromResource: {
      authorize: ({ ResourceName }: RemoveTagsFromResourceCommandInput) =>
        permit('RemoveTagsFromResource', ResourceName),
      async handle({ ResourceName, TagKeys = [] }: RemoveTagsFromResourceCommandInput) {
        const found = get(ResourceName);
        found.write(Object.fromEntries(Object.entries(found.tags).filter(([key]) => !TagKeys.includes(key))));
        await context.store.flush();
        return {};
      },
    },
    ListTagsForResource: {
      authorize: ({ ResourceName }: ListTagsForResourceCommandInput) => permit('ListTagsForResource', ResourceName),
      handle: ({ ResourceName }: ListTagsForResourceCommandInput) => ({ TagList: toTagList(get(ResourceName).tags) }),
    },
  };
}
