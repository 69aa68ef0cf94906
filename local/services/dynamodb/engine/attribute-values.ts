// Attribute values between the SDK's shapes (bytes are Uint8Array) and DynamoDB's JSON (bytes are base64).
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonItem } from './dynalite.ts';

/** A deep copy with every run of bytes as base64 and without absent members. */
export function encodeRequest(value: object): Record<string, unknown> {
  return encode(value) as Record<string, unknown>;
}

/** A deep copy of an item in the SDK's shape. */
export function decodeItem(item: JsonItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, decodeValue(value)]));
}

function encode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Set) return Array.from(value, encode);
  if (Array.isArray(value)) return value.map(encode);
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) copy[name] = encode(member);
  }
  return copy;
}

function decodeValue(value: Record<string, unknown>): AttributeValue {
  const [type, content] = Object.entries(value)[0] as [string, unknown];
  switch (type) {
    case 'B':
      return { B: decodeBytes(content) };
    case 'BS':
      return { BS: (content as unknown[]).map(decodeBytes) };
    case 'L':
      return { L: (content as Record<string, unknown>[]).map(decodeValue) };
    case 'M':
      return { M: decodeItem(content as JsonItem) };
    default:
      return { [type]: Array.isArray(content) ? [...content] : content } as unknown as AttributeValue;
  }
}

function decodeBytes(base64: unknown): Uint8Array {
  return Buffer.from(base64 as string, 'base64');
}
