// A message as a queue keeps it.

export interface StoredAttribute {
  readonly type: string;
  readonly string?: string;
  /** Base64. */
  readonly binary?: string;
}

/** Times are milliseconds since the epoch. */
export interface StoredMessage {
  /** Sorts as the messages arrived. */
  readonly sequence: string;
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, StoredAttribute>>;
  readonly traceHeader?: string;
  readonly senderId: string;
  readonly sentAt: number;
  /** When it can be received (again). */
  readonly visibleAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
  /** Part of the latest receipt handle; absent while nobody has received it. */
  readonly receipt?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** The queue that gave it up to this dead-letter queue. */
  readonly deadLetterSourceArn?: string;
}

/** Of a received message: says which message, and which of its receptions. */
export function buildReceiptHandle(message: StoredMessage): string {
  return Buffer.from(`${message.sequence} ${message.receipt}`).toString('base64url');
}

/** Undefined when the text was never a handle. */
export function findReceipt(handle: string): { sequence: string; receipt: string } | undefined {
  const match = /^(\d{20}) ([0-9a-f-]{36})$/.exec(Buffer.from(handle, 'base64url').toString());
  return match === null ? undefined : { sequence: match[1] ?? '', receipt: match[2] ?? '' };
}
