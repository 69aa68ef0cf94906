// Brings what functions print to CloudWatch Logs, with the function's own permissions, behind the invocation's back.
import { setTimeout } from 'node:timers/promises';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { assumeFunctionRole } from '../assume-function-role.ts';
import type { FunctionConfiguration } from '../function-configuration.ts';

/** PutLogEvents takes at most this many bytes, counting 26 for each event. */
const MAXIMUM_BATCH_BYTES = 1_048_576;
const MAXIMUM_MESSAGE_BYTES = 262_144 - 26;
/** How long a stream that was just written gathers further lines; skipped together with idle time. */
const GATHERING_MILLISECONDS = 50;

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** The lines of one stream that wait to be written. */
interface PendingLines {
  events: LogEvent[];
  /** Settles when all are written; undefined when nothing is under way. */
  writing: Promise<void> | undefined;
  hasStream: boolean;
  /** When lines were written last, in virtual time. */
  writtenAt: number;
}

export class LogWriter {
  readonly #context: RuntimeContext;
  readonly #pending = new Map<string, PendingLines>();
  readonly #refused = new Set<string>();

  constructor(context: RuntimeContext) {
    this.#context = context;
  }

  /** Queues the lines of one invocation. Never fails: a refusal is traced once per function. */
  write(configuration: FunctionConfiguration, logStream: string, text: string): void {
    const timestamp = this.#context.clock.now();
    const key = `${configuration.arn}/${logStream}`;
    const pending = this.#pending.get(key) ?? {
      events: [],
      writing: undefined,
      hasStream: false,
      writtenAt: Number.NEGATIVE_INFINITY,
    };
    this.#pending.set(key, pending);
    for (const line of text.split('\n')) {
      if (line !== '') pending.events.push({ timestamp, message: line.slice(0, MAXIMUM_MESSAGE_BYTES) });
    }
    if (pending.writing) return;
    pending.writing = this.#context.clock.work(this.#drain(configuration, logStream, pending));
  }

  /** The process of that stream has ended. */
  forget(configuration: FunctionConfiguration, logStream: string): void {
    this.#pending.delete(`${configuration.arn}/${logStream}`);
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#pending.values()].map(({ writing }) => writing));
  }

  /** The first lines go at once; what comes meanwhile is gathered, so that a busy function does not pay per invocation. */
  async #drain(configuration: FunctionConfiguration, logStream: string, pending: PendingLines): Promise<void> {
    try {
      while (pending.events.length > 0) {
        const restMilliseconds = pending.writtenAt + GATHERING_MILLISECONDS - this.#context.clock.now();
        if (restMilliseconds > 0) await setTimeout(restMilliseconds);
        if (!pending.hasStream) await this.#createStream(configuration, logStream);
        pending.hasStream = true;
        await this.#put(configuration, logStream, pending.events.splice(0));
        pending.writtenAt = this.#context.clock.now();
      }
    } catch (error) {
      pending.events = [];
      this.#refuse(configuration, error as Error);
    } finally {
      pending.writing = undefined;
    }
  }

  async #createStream(configuration: FunctionConfiguration, logStreamName: string): Promise<void> {
    const input = { logGroupName: configuration.logGroup, logStreamName };
    try {
      await this.#call(configuration, 'CreateLogStream', input);
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException') throw error;
      await this.#call(configuration, 'CreateLogGroup', { logGroupName: configuration.logGroup });
      await this.#call(configuration, 'CreateLogStream', input);
    }
  }

  async #put(configuration: FunctionConfiguration, logStreamName: string, events: readonly LogEvent[]): Promise<void> {
    const batches: LogEvent[][] = [[]];
    let bytes = 0;
    for (const event of events) {
      const size = Buffer.byteLength(event.message) + 26;
      if (bytes + size > MAXIMUM_BATCH_BYTES) {
        batches.push([]);
        bytes = 0;
      }
      batches.at(-1)?.push(event);
      bytes += size;
    }
    for (const logEvents of batches) {
      await this.#call(configuration, 'PutLogEvents', {
        logGroupName: configuration.logGroup,
        logStreamName,
        logEvents,
      });
    }
  }

  #call(configuration: FunctionConfiguration, operation: string, input: object): Promise<object> {
    const principal = assumeFunctionRole(this.#context, configuration);
    return this.#context.call({ service: 'cloudwatchlogs', operation, input, principal, region: configuration.region });
  }

  #refuse(configuration: FunctionConfiguration, error: Error): void {
    if (this.#refused.has(configuration.arn)) return;
    this.#refused.add(configuration.arn);
    this.#context.trace.record({
      service: 'lambda',
      name: 'log-refused',
      subject: configuration.name,
      details: { logGroup: configuration.logGroup, reason: error.message },
    });
  }
}
