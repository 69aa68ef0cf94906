// One queue: its messages in order, who may receive which one when, and who waits for one.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock/clock.ts';
import type { PolicyDocument } from '../../runtime/service.ts';
import type { Table } from '../../storage/store.ts';
import { isFifoName, parsePolicy, parseRedrivePolicy, type QueueRecord, type RedrivePolicy } from './queue-settings.ts';
import type { StoredMessage } from './stored-message.ts';

const deduplicationMilliseconds = 300_000;

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface MessageQueueParts {
  readonly clock: Clock;
  readonly arn: string;
  readonly record: QueueRecord;
  readonly messages: Table<StoredMessage>;
  /** Gives a message up to the dead-letter queue; false when there is no such queue. */
  giveUp(message: StoredMessage, policy: RedrivePolicy): boolean;
  /** Called whenever the number of messages may have changed. */
  onChange(): void;
}

export class MessageQueue {
  readonly arn: string;
  readonly isFifo: boolean;
  readonly #parts: MessageQueueParts;
  readonly #keyPrefix: string;
  /** By sequence, in order. */
  readonly #messages = new Map<string, StoredMessage>();
  readonly #recent = new Map<string, { readonly message: StoredMessage; readonly until: number }>();
  #waiters: (() => void)[] = [];
  /** No message was sent earlier: spares looking for expired ones. */
  #oldestSentAt = Number.POSITIVE_INFINITY;
  #isStopped = false;
  #record: QueueRecord;
  #policy: PolicyDocument | undefined;
  #redrivePolicy: RedrivePolicy | undefined;

  constructor(parts: MessageQueueParts) {
    this.#parts = parts;
    this.arn = parts.arn;
    this.isFifo = isFifoName(parts.record.name);
    this.#record = parts.record;
    this.#keyPrefix = `${parts.record.region}:${parts.record.name}:`;
    this.record = parts.record;
    for (const key of parts.messages.keysWithPrefix(this.#keyPrefix)) {
      const message = parts.messages.get(key);
      if (message !== undefined) this.#remember(message);
    }
  }

  get record(): QueueRecord {
    return this.#record;
  }

  set record(record: QueueRecord) {
    this.#record = record;
    this.#policy = parsePolicy(record.attributes.Policy);
    this.#redrivePolicy = parseRedrivePolicy(record.attributes.RedrivePolicy);
  }

  get policy(): PolicyDocument | undefined {
    return this.#policy;
  }

  get redrivePolicy(): RedrivePolicy | undefined {
    return this.#redrivePolicy;
  }

  /** A number attribute of the queue. */
  setting(name: string): number {
    return Number(this.#record.attributes[name] ?? 0);
  }

  /** The message that the deduplication id already stands for, within the last five minutes. */
  findDuplicate(deduplicationId: string, groupId: string | undefined): StoredMessage | undefined {
    const recent = this.#recent.get(this.#deduplicationKey(deduplicationId, groupId));
    return recent !== undefined && recent.until > this.#now() ? recent.message : undefined;
  }

  add(message: StoredMessage): void {
    this.#remember(message);
    this.#parts.messages.put(this.#keyPrefix + message.sequence, message);
    this.#wake();
    this.#parts.onChange();
  }

  /** Up to `limit` messages that nobody else holds; those that were received too often are given up instead. */
  take(limit: number, visibilitySeconds: number): StoredMessage[] {
    this.#expire();
    const now = this.#now();
    const taken: StoredMessage[] = [];
    const heldGroups = new Set<string>();
    for (const message of [...this.#messages.values()]) {
      if (taken.length >= limit) break;
      if (message.groupId !== undefined && heldGroups.has(message.groupId)) continue;
      if (message.visibleAt > now) {
        if (this.isFifo && message.groupId !== undefined) heldGroups.add(message.groupId);
        continue;
      }
      if (this.#giveUpWhenExhausted(message)) continue;
      const received = {
        ...message,
        receiveCount: message.receiveCount + 1,
        firstReceivedAt: message.firstReceivedAt ?? now,
        visibleAt: now + visibilitySeconds * 1000,
        receipt: randomUUID(),
      };
      this.#replace(received);
      taken.push(received);
    }
    if (taken.length > 0) this.#parts.onChange();
    return taken;
  }

  find(sequence: string): StoredMessage | undefined {
    return this.#messages.get(sequence);
  }

  /** Sets when a message in flight can be received again. */
  hideFor(message: StoredMessage, seconds: number): void {
    this.#replace({ ...message, visibleAt: this.#now() + seconds * 1000 });
    this.#wake();
    this.#parts.onChange();
  }

  remove(message: StoredMessage): void {
    this.#messages.delete(message.sequence);
    this.#parts.messages.delete(this.#keyPrefix + message.sequence);
    // In a FIFO queue the next one of its group has become free.
    this.#wake();
    this.#parts.onChange();
  }

  purge(): void {
    for (const message of [...this.#messages.values()]) this.remove(message);
  }

  depth(): QueueDepth {
    this.#expire();
    const now = this.#now();
    const depth = { visible: 0, inFlight: 0, delayed: 0 };
    for (const message of this.#messages.values()) {
      if (message.visibleAt <= now) depth.visible++;
      else if (message.receipt === undefined) depth.delayed++;
      else depth.inFlight++;
    }
    return depth;
  }

  /** Messages that anybody could receive now, oldest first. */
  listVisible(): StoredMessage[] {
    this.#expire();
    const now = this.#now();
    return [...this.#messages.values()].filter((message) => message.visibleAt <= now);
  }

  /** When the next hidden message becomes visible, in milliseconds since the epoch. */
  findNextVisibleAt(): number | undefined {
    const now = this.#now();
    let next: number | undefined;
    for (const { visibleAt } of this.#messages.values()) {
      if (visibleAt > now && (next === undefined || visibleAt < next)) next = visibleAt;
    }
    return next;
  }

  /** Resolves when there may be something to receive, at `until` at the latest, or when the signal is aborted. */
  waitForChange(until: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancelTimer();
        signal?.removeEventListener('abort', wake);
        this.#waiters = this.#waiters.filter((waiter) => waiter !== wake);
        resolve();
      };
      const next = this.findNextVisibleAt() ?? until;
      const cancelTimer = this.#parts.clock.at(Math.min(next, until), wake);
      signal?.addEventListener('abort', wake, { once: true });
      this.#waiters.push(wake);
    });
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Ends all waiting; nothing is received from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  #remember(message: StoredMessage): void {
    this.#messages.set(message.sequence, message);
    this.#oldestSentAt = Math.min(this.#oldestSentAt, message.sentAt);
    if (message.deduplicationId === undefined) return;
    const until = message.sentAt + deduplicationMilliseconds;
    this.#recent.set(this.#deduplicationKey(message.deduplicationId, message.groupId), { message, until });
    for (const [key, recent] of this.#recent) {
      if (recent.until > this.#now()) break;
      this.#recent.delete(key);
    }
  }

  #deduplicationKey(deduplicationId: string, groupId: string | undefined): string {
    const isPerGroup = this.#record.attributes.DeduplicationScope === 'messageGroup';
    return isPerGroup ? `${groupId}\n${deduplicationId}` : deduplicationId;
  }

  #replace(message: StoredMessage): void {
    this.#messages.set(message.sequence, message);
    this.#parts.messages.put(this.#keyPrefix + message.sequence, message);
  }

  #giveUpWhenExhausted(message: StoredMessage): boolean {
    const policy = this.#redrivePolicy;
    if (policy === undefined || message.receiveCount < policy.maxReceiveCount) return false;
    if (!this.#parts.giveUp(message, policy)) return false;
    this.remove(message);
    return true;
  }

  #expire(): void {
    const latest = this.#now() - this.setting('MessageRetentionPeriod') * 1000;
    if (this.#oldestSentAt > latest) return;
    this.#oldestSentAt = Number.POSITIVE_INFINITY;
    for (const message of [...this.#messages.values()]) {
      if (message.sentAt > latest) {
        this.#oldestSentAt = Math.min(this.#oldestSentAt, message.sentAt);
        continue;
      }
      this.#messages.delete(message.sequence);
      this.#parts.messages.delete(this.#keyPrefix + message.sequence);
    }
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}
