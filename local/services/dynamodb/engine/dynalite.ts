// The adopted half of DynamoDB: dynalite's request validation, expressions and item semantics, without its server and database.
import { createRequire } from 'node:module';
import { AwsError } from '../../../runtime/service.ts';
import { spellOutDocumentEquality } from './document-equality.ts';
import { type ExpressionParser, rememberExpressions } from './remember-expressions.ts';

/** An item as DynamoDB's JSON has it: attribute values by name, bytes as base64. */
export type JsonItem = Record<string, Record<string, unknown>>;

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface SecondaryIndex {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: { readonly ProjectionType?: string; readonly NonKeyAttributes?: readonly string[] };
}

/** What dynalite must know of a table. */
export interface TableSchema {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly KeySchema: readonly KeySchemaElement[];
  readonly GlobalSecondaryIndexes?: readonly SecondaryIndex[];
  readonly LocalSecondaryIndexes?: readonly SecondaryIndex[];
}

export type Done<T> = (error?: unknown, value?: T) => void;

/** A range of keys as dynalite asks for it; `limit` is -1 for no limit. */
export interface KeyRange {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** The part of a LevelDB database that dynalite's actions use. */
export interface ItemDatabase {
  get(key: string, done: Done<JsonItem>): void;
  put(key: string, item: JsonItem, done: Done<void>): void;
  del(key: string, done: Done<void>): void;
  lock(key: string, locked: (release: <T>(done: Done<T>) => Done<T>) => void): void;
  createValueStream(range: KeyRange): object;
}

/** The part of dynalite's database that its actions use. */
export interface ActionStore {
  readonly options: { readonly maxItemSize: number };
  getTable(name: string, done: Done<TableSchema>): void;
  getItemDb(table: string): ItemDatabase;
  getIndexDb(type: string, table: string, index: string): ItemDatabase;
}

export type ItemAction =
  | 'getItem'
  | 'putItem'
  | 'updateItem'
  | 'deleteItem'
  | 'batchGetItem'
  | 'batchWriteItem'
  | 'query'
  | 'scan';

type Request = Record<string, unknown>;
interface Validation {
  readonly types: object;
  readonly custom?: unknown;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const OPTIONS = { maxItemSize: 400 * 1024 };

const load = createRequire(import.meta.url);
const validations = load('dynalite/validations/index.js') as {
  checkTypes(data: Request, types: object): Request;
  checkValidations(data: Request, types: object, custom: unknown, store: object): void;
};
const database = load('dynalite/db/index.js') as {
  createKey(item: JsonItem, table: TableSchema): string;
  getIndexActions(
    indexes: readonly SecondaryIndex[],
    existing: JsonItem | undefined,
    item: JsonItem,
    table: TableSchema,
  ): { puts: readonly { index: string; key: string; item: JsonItem }[] };
};

function loadAction(name: ItemAction) {
  return {
    run: load(`dynalite/actions/${name}.js`) as (store: ActionStore, data: Request, done: Done<Request>) => void,
    validation: load(`dynalite/validations/${name}.js`) as Validation,
  };
}

const ACTIONS = {
  getItem: loadAction('getItem'),
  putItem: loadAction('putItem'),
  updateItem: loadAction('updateItem'),
  deleteItem: loadAction('deleteItem'),
  batchGetItem: loadAction('batchGetItem'),
  batchWriteItem: loadAction('batchWriteItem'),
  query: loadAction('query'),
  scan: loadAction('scan'),
} as const;
for (const name of ['conditionParser', 'updateParser', 'projectionParser'])
  rememberExpressions(load(`dynalite/db/${name}.js`) as ExpressionParser);
const CREATE_TABLE = load('dynalite/validations/createTable.js') as Validation;

export const actionOptions = OPTIONS;

/** Checks a request and parses its expressions. Takes the request over. Throws AwsError as DynamoDB words it. */
export function parseRequest(action: ItemAction, request: Request): Request {
  const checked = validate(ACTIONS[action].validation, request);
  spellOutDocumentEquality(checked);
  return checked;
}

/** Checks a CreateTable request; members that dynalite does not know are dropped. Throws AwsError. */
export function parseTableSchema(request: Request): TableSchema & Request {
  return validate(CREATE_TABLE, request) as TableSchema & Request;
}

/**
 * Runs an action on a single item, or on a batch of them, to its end without ever yielding: nothing comes between its
 * read and its write. Throws AwsError when DynamoDB would refuse.
 */
export function runNow(action: Exclude<ItemAction, 'query' | 'scan'>, store: ActionStore, request: Request): Request {
  let outcome: { error?: unknown; value?: Request } | undefined;
  ACTIONS[action].run(store, request, (error, value) => {
    outcome = { error, ...(value && { value }) };
  });
  if (!outcome) throw new Error(`${action} did not end at once: its database must answer synchronously`);
  if (outcome.error) throw toAwsError(outcome.error);
  return outcome.value ?? {};
}

/** Runs a query or a scan. Rejects with AwsError when DynamoDB would refuse. */
export function runSearch(action: 'query' | 'scan', store: ActionStore, request: Request): Promise<Request> {
  return new Promise((resolve, reject) => {
    ACTIONS[action].run(store, request, (error, value) => {
      if (error) reject(toAwsError(error));
      else resolve(value ?? {});
    });
  });
}

/** Where an item of the table stands: sorts by partition, then by sort key. The item must have the key's attributes. */
export function buildItemKey(table: TableSchema, item: JsonItem): string {
  return database.createKey(item, table);
}

/** Under which keys an item stands in which of the indexes, and what of it is projected there. */
export function buildIndexEntries(table: TableSchema, indexes: readonly SecondaryIndex[], item: JsonItem) {
  return database.getIndexActions(indexes, undefined, item, table).puts;
}

function validate(validation: Validation, request: Request): Request {
  try {
    const data = validations.checkTypes(request, validation.types);
    validations.checkValidations(data, validation.types, validation.custom, { options: OPTIONS });
    return data;
  } catch (error) {
    throw toAwsError(error);
  }
}

function toAwsError(error: unknown): unknown {
  const { body } = error as { body?: { __type: string; message?: string; Message?: string } };
  if (!body) return error;
  return new AwsError(body.__type.split('#')[1] ?? body.__type, body.message ?? body.Message ?? '', { cause: error });
}
