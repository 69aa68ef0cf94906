// Brings what functions print to CloudWatch Logs, with the function's own permissions, behind the invocation's back.
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { FunctionConfiguration } from '../function-configuration.ts';

/** PutLogEvents takes at most this many bytes, counting 26 for each event. */
const MAXIMUM_BATCH_BYTES = 1_048_576;
const MAXIMUM_MESSAGE_BYTES = 262_144 - 26;

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

export class LogWriter {
  readonly #context: RuntimeContext;
  /** The last write of each stream: later ones wait for it, so that lines keep their order. */
  readonly #tails = new Map<string, Promise<void>>();
  readonly #refused = new Set<string>();

  constructor(context: RuntimeContext) {
    this.#context = context;
  }

  /** Queues the lines of one invocation. Never fails: a refusal is traced once per function. */
  write(configuration: FunctionConfiguration, logStream: string, text: string): void {
    const timestamp = this.#context.clock.now();
    const events = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ timestamp, message: line.slice(0, MAXIMUM_MESSAGE_BYTES) }));
    if (events.length === 0) return;
    const key = `${configuration.arn}/${logStream}`;
    const previous = this.#tails.get(key);
    const tail = (previous ?? this.#createStream(configuration, logStream))
      .then(() => this.#put(configuration, logStream, events))
      .catch((error: Error) => this.#refuse(configuration, error));
    this.#tails.set(key, tail);
    void this.#context.clock.work(tail);
  }

  /** The process of that stream has ended. */
  forget(configuration: FunctionConfiguration, logStream: string): void {
    this.#tails.delete(`${configuration.arn}/${logStream}`);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#tails.values());
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
    const principal = this.#context.assumeRole(configuration.roleArn, configuration.name);
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
