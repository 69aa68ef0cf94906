// Which permissions the requests on items need.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Permission } from '../../runtime/service.ts';
import { parseTableName, type TableRegistry } from './tables/table-registry.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

export interface ItemAccess {
  /** `PutItem`, without the service's prefix. */
  readonly action: string;
  readonly table: string;
  readonly index?: string;
  /** The items or keys accessed, for `dynamodb:LeadingKeys`. */
  readonly items?: readonly (Attributes | undefined)[];
  readonly context?: Readonly<Record<string, string>>;
}

export function buildItemPermission(registry: TableRegistry, region: string, access: ItemAccess): Permission {
  const arn = registry.arn(region, parseTableName(access.table));
  const leadingKeys = findLeadingKeys(registry, region, access);
  return {
    action: `dynamodb:${access.action}`,
    resource: access.index === undefined ? arn : `${arn}/index/${access.index}`,
    context: { ...access.context, ...(leadingKeys.length > 0 && { 'dynamodb:LeadingKeys': leadingKeys }) },
  };
}

/** The partition key's value that a query asks for, whichever way it says so. */
export function findQueriedKey(
  registry: TableRegistry,
  region: string,
  query: {
    TableName?: string | undefined;
    IndexName?: string | undefined;
    KeyConditionExpression?: string | undefined;
    KeyConditions?: Readonly<Record<string, { AttributeValueList?: AttributeValue[] | undefined }>> | undefined;
    ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
    ExpressionAttributeValues?: Attributes | undefined;
  },
): Attributes | undefined {
  const name = findHashKey(registry, region, query.TableName ?? '', query.IndexName);
  if (name === undefined) return undefined;
  const condition = query.KeyConditions?.[name]?.AttributeValueList?.[0];
  if (condition) return { [name]: condition };
  for (const [, path = '', placeholder = ''] of (query.KeyConditionExpression ?? '').matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  )) {
    const value = query.ExpressionAttributeValues?.[placeholder];
    if (value && (query.ExpressionAttributeNames?.[path] ?? path) === name) return { [name]: value };
  }
  return undefined;
}

function findLeadingKeys(registry: TableRegistry, region: string, access: ItemAccess): string[] {
  if (!access.items) return [];
  const name = findHashKey(registry, region, access.table, access.index);
  if (name === undefined) return [];
  const keys = access.items.flatMap((item) => {
    const value = item?.[name];
    if (value?.S !== undefined) return value.S;
    if (value?.N !== undefined) return value.N;
    return value?.B ? Buffer.from(value.B).toString('base64') : [];
  });
  return [...new Set(keys)];
}

function findHashKey(
  registry: TableRegistry,
  region: string,
  table: string,
  indexName: string | undefined,
): string | undefined {
  const schema = registry.find(region, table)?.definition.schema;
  if (!schema) return undefined;
  const index = schema.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === indexName);
  return (index ?? schema).KeySchema[0]?.AttributeName;
}
