// Timestamps on the wire: https://smithy.io/2.0/spec/protocol-traits.html#timestamp-formats
import { AwsError } from '../runtime/service.ts';
import type { TimestampFormat } from './shape.ts';

/** Reads any of the formats. Throws `SerializationException` for what is no time. */
export function parseTimestamp(value: unknown): Date {
  const date =
    typeof value === 'number'
      ? new Date(Math.round(value * 1000))
      : /^-?\d+(\.\d+)?$/.test(String(value))
        ? new Date(Math.round(Number(value) * 1000))
        : new Date(String(value));
  if (Number.isNaN(date.getTime())) throw new AwsError('SerializationException', `"${value}" is not a timestamp`);
  return date;
}

/** A number for `epoch-seconds` (with milliseconds as its fraction), else a string. */
export function formatTimestamp(value: unknown, format: Exclude<TimestampFormat, 'default'>): string | number {
  const date = new Date(value as Date);
  if (format === 'epoch-seconds') return date.getTime() / 1000;
  return format === 'http-date' ? date.toUTCString() : date.toISOString().replace('.000Z', 'Z');
}
