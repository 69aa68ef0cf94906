// The SDK's shapes of an operation, by which a state's JSON becomes an API call's input, and its output JSON again.
// Step Functions writes every member in PascalCase, and timestamps and bytes as text.
import { NormalizedSchema } from '@smithy/core/schema';
import { isJsonObject, type Json, type JsonObject } from '../engine/json.ts';
import { javaMemberName } from './java-names.ts';

export interface OperationShapes {
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

const SDK_CLIENTS: Readonly<Record<string, () => Promise<object>>> = {
  cloudformation: () => import('@aws-sdk/client-cloudformation'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  cloudwatchlogs: () => import('@aws-sdk/client-cloudwatch-logs'),
  dynamodb: () => import('@aws-sdk/client-dynamodb'),
  eks: () => import('@aws-sdk/client-eks'),
  eventbridge: () => import('@aws-sdk/client-eventbridge'),
  kms: () => import('@aws-sdk/client-kms'),
  lambda: () => import('@aws-sdk/client-lambda'),
  rds: () => import('@aws-sdk/client-rds'),
  route53: () => import('@aws-sdk/client-route-53'),
  s3: () => import('@aws-sdk/client-s3'),
  scheduler: () => import('@aws-sdk/client-scheduler'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  sfn: () => import('@aws-sdk/client-sfn'),
  sns: () => import('@aws-sdk/client-sns'),
  sqs: () => import('@aws-sdk/client-sqs'),
  ssm: () => import('@aws-sdk/client-ssm'),
  sts: () => import('@aws-sdk/client-sts'),
};

/** The shapes of an operation; undefined when the SDK client has no such operation, or there is no such client. */
export async function findOperationShapes(service: string, operation: string): Promise<OperationShapes | undefined> {
  const client = (await SDK_CLIENTS[service]?.()) as Readonly<Record<string, unknown>> | undefined;
  const schema = client?.[`${operation}$`];
  if (!Array.isArray(schema)) return undefined;
  return { input: NormalizedSchema.of(schema[4]), output: NormalizedSchema.of(schema[5]) };
}

/** A member of the arguments that the operation does not have. */
export class UnknownMember extends Error {}

/** A state's arguments as the SDK's input. Throws UnknownMember. */
export function toSdkInput(schema: NormalizedSchema, value: Json): unknown {
  if (value === null) return undefined;
  if (schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) return toSdkStructure(schema, value);
  if (schema.isListSchema()) {
    return Array.isArray(value) ? value.map((item: Json) => toSdkInput(schema.getValueSchema(), item)) : value;
  }
  if (schema.isMapSchema()) {
    return isJsonObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toSdkInput(schema.getValueSchema(), item)]))
      : value;
  }
  if (schema.isTimestampSchema()) return new Date(value as string | number);
  if (schema.isBlobSchema()) return toBytes(schema, value);
  // Where AWS takes text, an object is written as JSON text.
  return schema.isStringSchema() && typeof value === 'object' ? JSON.stringify(value) : value;
}

function toSdkStructure(schema: NormalizedSchema, value: Json): unknown {
  if (!isJsonObject(value)) return value;
  const names = memberNames(schema);
  const members = Object.entries(value).map(([key, item]) => {
    const name = names.get(key);
    if (name === undefined) throw new UnknownMember(`The field "${key}" is not supported by Step Functions`);
    return [name, toSdkInput(schema.getMemberSchema(name), item)] as const;
  });
  return Object.fromEntries(members.filter(([, item]) => item !== undefined));
}

/** The structure's own names by the names that a state may use. */
function memberNames(schema: NormalizedSchema): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name] of schema.structIterator()) names.set(javaMemberName(name), name);
  return names;
}

function toBytes(schema: NormalizedSchema, value: Json): Uint8Array {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // In DynamoDB's items bytes are base64; a body or a payload is the text itself.
  return schema.isStreaming() || schema.getMemberTraits().httpPayload ? Buffer.from(text) : Buffer.from(text, 'base64');
}

/** The SDK's output as JSON. Reads streams to their end. */
export async function fromSdkOutput(schema: NormalizedSchema, value: unknown): Promise<Json> {
  if (value === undefined || value === null) return null;
  if (schema.isDocumentSchema()) return value as Json;
  if (schema.isStructSchema()) return fromSdkStructure(schema, value as Readonly<Record<string, unknown>>);
  if (schema.isListSchema()) {
    return Promise.all((value as unknown[]).map((item) => fromSdkOutput(schema.getValueSchema(), item)));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value).map(
      async ([key, item]) => [key, await fromSdkOutput(schema.getValueSchema(), item)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
  if (value instanceof Date) return value.toISOString();
  if (schema.isBlobSchema()) return fromBytes(schema, value);
  return typeof value === 'bigint' ? Number(value) : (value as Json);
}

async function fromSdkStructure(
  schema: NormalizedSchema,
  value: Readonly<Record<string, unknown>>,
): Promise<JsonObject> {
  const members: [string, Json][] = [];
  for (const [name, member] of schema.structIterator()) {
    if (value[name] !== undefined) members.push([javaMemberName(name), await fromSdkOutput(member, value[name])]);
  }
  return Object.fromEntries(members);
}

async function fromBytes(schema: NormalizedSchema, value: unknown): Promise<Json> {
  if (typeof value === 'string') return value;
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : await readStream(value as AsyncIterable<Uint8Array>);
  return schema.isStreaming() || schema.getMemberTraits().httpPayload
    ? bytes.toString('utf8')
    : bytes.toString('base64');
}

async function readStream(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
