// Queues as event sources: one poller per mapping receives batches, invokes the function and deletes what was done.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
import type { Message } from '@aws-sdk/client-sqs';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { buildQueueUrl } from '../../../runtime/queue-url.ts';
import { assumeFunctionRole } from '../assume-function-role.ts';
import type { FunctionRegistry, ResolvedFunction } from '../function-registry.ts';
import type { Invoker } from '../invocation/invoker.ts';
import { buildSqsEvent } from './sqs-event.ts';

const WAIT_TIME_SECONDS = 20;
/** After a refusal or a failed batch the poller rests for this much virtual time. */
const REST_MILLISECONDS = 1_000;

export interface EventSourceMapping {
  readonly id: string;
  readonly functionArn: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly reportsBatchItemFailures: boolean;
}

export class EventSourceMappings {
  readonly #context: RuntimeContext;
  readonly #registry: FunctionRegistry;
  readonly #invoker: Invoker;
  readonly #mappings = new Map<string, EventSourceMapping>();
  readonly #stopping = new AbortController();

  constructor(context: RuntimeContext, registry: FunctionRegistry, invoker: Invoker) {
    this.#context = context;
    this.#registry = registry;
    this.#invoker = invoker;
  }

  add(mapping: EventSourceMapping): void {
    this.#mappings.set(mapping.id, mapping);
  }

  start(): void {
    for (const mapping of this.#mappings.values()) void this.#poll(mapping);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #poll(mapping: EventSourceMapping): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const messages = await this.#receive(mapping);
        if (messages.length > 0) await this.#context.clock.work(this.#process(mapping, messages));
      } catch (error) {
        if (signal.aborted) return;
        this.#context.trace.record({
          service: 'lambda',
          name: 'batch-failed',
          subject: mapping.functionArn.split(':')[6] ?? mapping.functionArn,
          details: { queue: mapping.queueArn, reason: (error as Error).message },
        });
        await this.#context.clock.sleep(REST_MILLISECONDS, signal).catch(() => undefined);
      }
    }
  }

  async #receive(mapping: EventSourceMapping): Promise<Message[]> {
    const output = await this.#callQueue<{ Messages?: Message[] }>(mapping, 'ReceiveMessage', {
      MaxNumberOfMessages: Math.min(mapping.batchSize, 10),
      WaitTimeSeconds: WAIT_TIME_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return output.Messages ?? [];
  }

  /** Throws when the batch as a whole failed: its messages come back after the queue's visibility timeout. */
  async #process(mapping: EventSourceMapping, messages: readonly Message[]): Promise<void> {
    const resolved = this.#getFunction(mapping);
    const result = await this.#invoker.invoke({
      resolved,
      requestId: crypto.randomUUID(),
      payload: JSON.stringify(buildSqsEvent(mapping.queueArn, messages)),
    });
    if (this.#stopping.signal.aborted) return;
    if (result.isError) throw new Error((JSON.parse(result.payload) as { errorMessage: string }).errorMessage);
    const failed = mapping.reportsBatchItemFailures ? readFailures(result.payload, messages) : new Set<string>();
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
    if (done.length === 0) return;
    await this.#callQueue(mapping, 'DeleteMessageBatch', {
      Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    });
  }

  #getFunction(mapping: EventSourceMapping): ResolvedFunction {
    const resolved = this.#registry.findByArn(mapping.functionArn);
    if (resolved) return resolved;
    throw new Error(
      `the event source mapping of ${mapping.queueArn} names a function that does not exist: ${mapping.functionArn}`,
    );
  }

  #callQueue<Output extends object>(mapping: EventSourceMapping, operation: string, input: object): Promise<Output> {
    const { configuration } = this.#getFunction(mapping);
    return this.#context.call<Output>({
      service: 'sqs',
      operation,
      input: { QueueUrl: buildQueueUrl(mapping.queueArn), ...input },
      principal: assumeFunctionRole(this.#context, configuration),
      region: mapping.queueArn.split(':')[3] ?? configuration.region,
      signal: this.#stopping.signal,
    });
  }
}

/** The message ids that the function reports as failed; a malformed report fails the whole batch, as in AWS. */
function readFailures(payload: string, messages: readonly Message[]): Set<string> {
  const response = JSON.parse(payload) as { batchItemFailures?: { itemIdentifier?: unknown }[] | null } | null;
  const ids = new Set(messages.map(({ MessageId }) => MessageId));
  const failed = new Set<string>();
  for (const { itemIdentifier } of response?.batchItemFailures ?? []) {
    if (typeof itemIdentifier !== 'string' || !ids.has(itemIdentifier)) {
      throw new Error(
        `batchItemFailures names ${JSON.stringify(itemIdentifier)}: it must be the messageId of a record of the batch`,
      );
    }
    failed.add(itemIdentifier);
  }
  return failed;
}
