// An event as EventBridge delivers it, and how it comes from an entry of PutEvents.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';

export interface BusEvent {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
  readonly 'replay-name'?: string;
}

/** To the second, as EventBridge writes times. */
export function formatEventTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Bytes that count against the limit of PutEvents: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
export function countEntryBytes(entry: PutEventsRequestEntry): number {
  let bytes = entry.Time ? 14 : 0;
  for (const text of [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])]) {
    if (text) bytes += Buffer.byteLength(text);
  }
  return bytes;
}
