// Values of the SDK's shapes from and to JSON: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
import { AwsError } from '../runtime/service.ts';
import type { ListShape, MapShape, Member, ScalarShape, Shape, StructureShape } from './shape.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

type Json = unknown;
type JsonObject = Record<string, unknown>;

export interface JsonCodec {
  /** From parsed JSON to the SDK's shape; unknown members are dropped. Throws `SerializationException` for a wrong type. */
  read(shape: Shape, value: Json): unknown;
  /** From the SDK's shape to what JSON.stringify takes; absent members are left out. */
  write(shape: Shape, value: unknown): Json;
}

/** REST services name members by the `jsonName` trait, JSON-RPC services ignore it. */
export function createJsonCodec(options: { usesJsonName: boolean }): JsonCodec {
  const wireName = (member: Member) => (options.usesJsonName ? (member.traits.jsonName ?? member.name) : member.name);

  function read(shape: Shape, value: Json): unknown {
    switch (shape.kind) {
      case 'structure':
        return readStructure(shape, value);
      case 'list':
        return readList(shape, value);
      case 'map':
        return readMap(shape, value);
      default:
        return readScalar(shape, value);
    }
  }

  function readStructure(shape: StructureShape, value: Json): JsonObject {
    if (!isObject(value)) throw wrongType(value, 'Structure');
    const result: JsonObject = {};
    for (const member of shape.members) {
      const wire = value[wireName(member)];
      if (wire !== undefined && wire !== null) result[member.name] = read(member.shape, wire);
    }
    return result;
  }

  function readList(shape: ListShape, value: Json): unknown[] {
    if (!Array.isArray(value)) throw wrongType(value, 'List');
    const result: unknown[] = [];
    for (const item of value) {
      if (item !== null) result.push(read(shape.item.shape, item));
      else if (shape.isSparse) result.push(null);
    }
    return result;
  }

  function readMap(shape: MapShape, value: Json): JsonObject {
    if (!isObject(value)) throw wrongType(value, 'Map');
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== null) define(result, key, read(shape.value.shape, item));
      else if (shape.isSparse) define(result, key, null);
    }
    return result;
  }

  function write(shape: Shape, value: unknown): Json {
    switch (shape.kind) {
      case 'structure':
        return writeStructure(shape, value as JsonObject);
      case 'list':
        return Array.from(value as Iterable<unknown>, (item) => (item == null ? null : write(shape.item.shape, item)));
      case 'map':
        return writeMap(shape, value as JsonObject);
      default:
        return writeScalar(shape, value);
    }
  }

  function writeStructure(shape: StructureShape, value: JsonObject): JsonObject {
    const result: JsonObject = {};
    for (const member of shape.members) {
      const item = value[member.name];
      if (item !== undefined && item !== null) result[wireName(member)] = write(member.shape, item);
    }
    return result;
  }

  function writeMap(shape: MapShape, value: JsonObject): JsonObject {
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) define(result, key, item === null ? null : write(shape.value.shape, item));
    }
    return result;
  }

  return { read: (shape, value) => refuseEndlessNesting(() => read(shape, value)), write };
}

/** Recursive shapes can be nested deeper than any stack. */
function refuseEndlessNesting<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'RangeError')) throw cause;
    throw new AwsError('SerializationException', 'the request body is nested too deeply', { cause });
  }
}

function readScalar(shape: ScalarShape, value: Json): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(value, 'String');
      return value;
    case 'number':
      if (typeof value === 'number') return value;
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      throw wrongType(value, 'Number');
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(value, 'Boolean');
      return value;
    case 'blob':
      if (typeof value !== 'string') throw wrongType(value, 'Blob');
      return Buffer.from(value, 'base64');
    case 'timestamp':
      return parseTimestamp(value);
    case 'big-integer':
      return BigInt(value as number | string);
    default:
      return value;
  }
}

function writeScalar(shape: ScalarShape, value: unknown): Json {
  switch (shape.kind) {
    case 'blob':
      return typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString('base64');
    case 'timestamp':
      return formatTimestamp(value, shape.timestampFormat === 'default' ? 'epoch-seconds' : shape.timestampFormat);
    case 'number':
      return Number.isFinite(value as number) ? value : String(value);
    case 'big-integer':
      return Number(value);
    default:
      return value;
  }
}

/** Maps may have a key called `__proto__`, which must stay a key. */
function define(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(value: Json, expected: string): AwsError {
  const found = Array.isArray(value) ? 'Start of list' : isObject(value) ? 'Start of structure or map' : undefined;
  return found
    ? new AwsError('SerializationException', `${found} found where not expected.`)
    : new AwsError(
        'SerializationException',
        `${String(typeof value).toUpperCase()}_VALUE cannot be converted to ${expected}`,
      );
}
