// All queues, by region and name.
import type { CancelTimer } from '../../clock/clock.ts';
import { findArnParts } from '../../identity/arn.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError } from '../../runtime/service.ts';
import type { Table } from '../../storage/store.ts';
import { MessageQueue } from './message-queue.ts';
import type { QueueRecord, RedrivePolicy } from './queue-settings.ts';
import type { StoredMessage } from './stored-message.ts';

const minuteMilliseconds = 60_000;

export class Queues {
  readonly #context: RuntimeContext;
  readonly #records: Table<QueueRecord>;
  readonly #messages: Table<StoredMessage>;
  readonly #counters: Table<number>;
  readonly #queues = new Map<string, MessageQueue>();
  readonly #reports = new Map<string, CancelTimer>();
  #isStopped = false;

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#records = context.store.table('sqs/queues');
    this.#messages = context.store.table('sqs/messages');
    this.#counters = context.store.table('sqs/counters');
    for (const record of this.#records.values()) this.#open(record);
  }

  /** Creates the queue, or sets an existing one to this record; its messages stay. */
  put(record: QueueRecord): MessageQueue {
    this.#records.put(buildKey(record.region, record.name), record);
    const queue = this.#queues.get(buildKey(record.region, record.name)) ?? this.#open(record);
    queue.record = record;
    return queue;
  }

  delete(queue: MessageQueue): void {
    const { region, name } = queue.record;
    queue.purge();
    queue.stop();
    this.#reports.get(buildKey(region, name))?.();
    this.#queues.delete(buildKey(region, name));
    this.#records.delete(buildKey(region, name));
  }

  find(region: string, name: string): MessageQueue | undefined {
    return this.#queues.get(buildKey(region, name));
  }

  findByArn(arn: string): MessageQueue | undefined {
    const parts = findArnParts(arn);
    return parts?.service === 'sqs' ? this.find(parts.region, parts.resource) : undefined;
  }

  /** By the URL's last part: the host differs between AWS and here. Throws AwsError when there is no such queue. */
  getByUrl(region: string, url: string | undefined): MessageQueue {
    const queue = this.find(region, url?.split('/').at(-1) ?? '');
    if (queue === undefined) throw buildNoSuchQueue();
    return queue;
  }

  list(region: string): MessageQueue[] {
    return [...this.#queues.values()].filter((queue) => queue.record.region === region);
  }

  arnOf(region: string, name: string): string {
    return `arn:aws:sqs:${region}:${this.#context.accountId}:${name}`;
  }

  /** The URL at which clients reach the queue: theirs use its host, so it must be this machine's. */
  urlOf(queue: MessageQueue): string {
    return `${this.#context.endpointUrl()}/${this.#context.accountId}/${queue.record.name}`;
  }

  /** Twenty digits that sort as the messages were sent. */
  nextSequence(): string {
    const sequence = (this.#counters.get('sequence') ?? 0) + 1;
    this.#counters.put('sequence', sequence);
    return String(sequence).padStart(20, '0');
  }

  /** Tells CloudWatch how full the queues are that hold something, and goes on telling. */
  reportDepths(): void {
    for (const queue of this.#queues.values()) this.#scheduleReport(queue);
  }

  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#reports.values()) cancel();
    for (const queue of this.#queues.values()) queue.stop();
  }

  #open(record: QueueRecord): MessageQueue {
    const arn = this.arnOf(record.region, record.name);
    const queue: MessageQueue = new MessageQueue({
      clock: this.#context.clock,
      arn,
      record,
      messages: this.#messages,
      giveUp: (message, policy) => this.#giveUp(queue, message, policy),
      onChange: () => this.#scheduleReport(queue),
    });
    this.#queues.set(buildKey(record.region, record.name), queue);
    return queue;
  }

  #giveUp(source: MessageQueue, message: StoredMessage, policy: RedrivePolicy): boolean {
    const target = this.findByArn(policy.deadLetterTargetArn);
    if (target === undefined) return false;
    const { receipt: _receipt, firstReceivedAt: _firstReceivedAt, ...rest } = message;
    const now = this.#context.clock.now();
    target.add({
      ...rest,
      sequence: this.nextSequence(),
      receiveCount: 0,
      visibleAt: now,
      deadLetterSourceArn: source.arn,
    });
    this.#context.trace.record({
      service: 'sqs',
      name: 'message-dead-lettered',
      subject: source.record.name,
      details: { messageId: message.id, deadLetterQueue: target.record.name, receiveCount: message.receiveCount },
    });
    return true;
  }

  /** At most once a minute, as AWS does, and only while there is something to tell. */
  #scheduleReport(queue: MessageQueue): void {
    const key = buildKey(queue.record.region, queue.record.name);
    if (this.#isStopped || this.#reports.has(key)) return;
    const { clock } = this.#context;
    const nextMinute = (Math.floor(clock.now() / minuteMilliseconds) + 1) * minuteMilliseconds;
    const cancel = clock.at(nextMinute, () => {
      this.#reports.delete(key);
      const depth = queue.depth();
      if (depth.visible + depth.inFlight + depth.delayed > 0) this.#scheduleReport(queue);
      void clock.work(this.#report(queue, depth));
    });
    this.#reports.set(key, cancel);
  }

  async #report(queue: MessageQueue, depth: ReturnType<MessageQueue['depth']>): Promise<void> {
    const { name, region } = queue.record;
    const Dimensions = [{ Name: 'QueueName', Value: name }];
    const data = {
      ApproximateNumberOfMessagesVisible: depth.visible,
      ApproximateNumberOfMessagesNotVisible: depth.inFlight,
      ApproximateNumberOfMessagesDelayed: depth.delayed,
    };
    const MetricData = Object.entries(data).map(([MetricName, Value]) => ({ MetricName, Value, Dimensions }));
    const principal = this.#context.servicePrincipal('sqs.amazonaws.com', queue.arn);
    const input = { Namespace: 'AWS/SQS', MetricData };
    // Metrics are best effort: a runtime without CloudWatch has queues all the same.
    await this.#context
      .call({ service: 'cloudwatch', operation: 'PutMetricData', input, principal, region })
      .catch(() => undefined);
  }
}

export function buildNoSuchQueue(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

function buildKey(region: string, name: string): string {
  return `${region}:${name}`;
}
