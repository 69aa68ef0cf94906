// One execution while it runs: its history, its deadline and its end.
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Checkpoint } from './checkpoint.ts';
import type { StateMachine } from './definition/state-machine.ts';
import type { Engine } from './engine.ts';
import type { EventDetails, ExecutionResult, Journal } from './journal.ts';
import type { Json, JsonObject } from './json.ts';
import { runThread } from './run-thread.ts';
import { Cancellation, Scope } from './scope.ts';
import { StateFailure } from './state-failure.ts';
import { Thread } from './thread.ts';

/** The service ends an execution with this event. */
const LARGEST_EVENT_ID = 25_000;

export interface ExecutionDescription {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly stateMachineName: string;
  readonly roleArn: string;
  readonly input: Json;
  readonly startedAtMilliseconds: number;
  readonly redriveCount: number;
  readonly redrivenAtMilliseconds?: number;
}

export class ExecutionRun {
  readonly engine: Engine;
  readonly description: ExecutionDescription;
  readonly machine: StateMachine;
  readonly journal: Journal;
  readonly #scope = new Scope();
  #lastEventId: number;
  #isAtEventLimit = false;
  #result: ExecutionResult | undefined;
  #cancelTimeout: (() => void) | undefined;
  readonly #done: Promise<ExecutionResult>;
  #resolveDone: (result: ExecutionResult) => void = () => undefined;

  constructor(
    engine: Engine,
    description: ExecutionDescription,
    machine: StateMachine,
    journal: Journal,
    lastEventId = 0,
  ) {
    this.engine = engine;
    this.description = description;
    this.machine = machine;
    this.journal = journal;
    this.#lastEventId = lastEventId;
    this.#done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  /** Resolves with the execution's end, once that is durable. */
  get done(): Promise<ExecutionResult> {
    return this.#done;
  }

  get lastEventId(): number {
    return this.#lastEventId;
  }

  /** Records the start. The caller makes it durable, then calls `resume`. */
  begin(): void {
    const { input, roleArn } = this.description;
    this.record('ExecutionStarted', 0, { input, roleArn });
    this.journal.save('', this.#initialCheckpoint());
  }

  /** Goes on from where the journal says that the execution stands. */
  resume(): void {
    const { meter, clock } = this.engine;
    meter.enter();
    const { startedAtMilliseconds, redrivenAtMilliseconds } = this.description;
    if (this.machine.timeoutSeconds !== undefined) {
      const from = redrivenAtMilliseconds ?? startedAtMilliseconds;
      this.#cancelTimeout = clock.at(from + this.machine.timeoutSeconds * 1000, () => this.#timeOut());
    }
    const checkpoint = this.journal.find('') ?? this.#initialCheckpoint();
    const thread = new Thread({ run: this, machine: this.machine, path: '', scope: this.#scope }, checkpoint);
    runThread(thread)
      .then(
        () => undefined,
        (error: unknown) => this.#endWithError(error),
      )
      .finally(() => meter.leave());
  }

  /** Aborts the execution; does nothing when it has ended. */
  stop(error?: string, cause?: string): void {
    const details = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
    this.#end({ status: 'ABORTED', ...details }, 'ExecutionAborted', details);
  }

  /** Leaves the execution as it is, for a later `resume` from the journal. */
  suspend(): void {
    this.#cancelTimeout?.();
    this.#scope.cancel('suspended');
  }

  record(type: HistoryEventType, previousEventId: number, details?: EventDetails): number {
    if (this.#isAtEventLimit) return this.#lastEventId;
    if (this.#lastEventId + 1 >= LARGEST_EVENT_ID && !isLastEvent(type)) {
      this.#isAtEventLimit = true;
      const cause = `The execution reached the maximum number of history events (${LARGEST_EVENT_ID}).`;
      throw new StateFailure('States.Runtime', cause);
    }
    this.#write(type, previousEventId, details);
    return this.#lastEventId;
  }

  /** The root line of control ended with this value; to be called in the tick of its last event. */
  succeed(output: Json): void {
    this.#end({ status: 'SUCCEEDED', output }, 'ExecutionSucceeded', { output });
  }

  describeContext(): JsonObject {
    const { arn, name, input, roleArn, startedAtMilliseconds, redriveCount, redrivenAtMilliseconds } = this.description;
    return {
      Execution: {
        Id: arn,
        Input: input,
        Name: name,
        RoleArn: roleArn,
        StartTime: new Date(startedAtMilliseconds).toISOString(),
        RedriveCount: redriveCount,
        ...(redrivenAtMilliseconds === undefined
          ? {}
          : { RedriveTime: new Date(redrivenAtMilliseconds).toISOString() }),
      },
      StateMachine: { Id: this.description.stateMachineArn, Name: this.description.stateMachineName },
    };
  }

  #initialCheckpoint(): Checkpoint {
    return {
      status: 'running',
      state: '',
      input: this.description.input,
      variables: {},
      enteredAtMilliseconds: 0,
      enteredEventId: 0,
      lastEventId: 0,
      retries: [],
    };
  }

  #timeOut(): void {
    this.#end({ status: 'TIMED_OUT' }, 'ExecutionTimedOut', { error: 'States.Timeout' }, 0);
  }

  #endWithError(error: unknown): void {
    if (error instanceof Cancellation) return;
    const failure =
      error instanceof StateFailure ? error : new StateFailure('States.Runtime', `the engine failed: ${String(error)}`);
    if (!(error instanceof StateFailure)) this.engine.reportFault(error, this.description.arn);
    const details =
      failure.cause === undefined ? { error: failure.error } : { error: failure.error, cause: failure.cause };
    this.#end({ status: 'FAILED', ...details }, 'ExecutionFailed', details);
  }

  #end(
    result: ExecutionResult,
    type: HistoryEventType,
    details: EventDetails,
    previousEventId = this.#lastEventId,
  ): void {
    if (this.#result || this.#scope.isCancelled) return;
    this.#result = result;
    this.#write(type, previousEventId, details);
    this.journal.end(result, this.#lastEventId);
    this.#cancelTimeout?.();
    this.#scope.cancel(`the execution ended: ${result.status}`);
    this.#resolveWhenDurable(result);
  }

  #resolveWhenDurable(result: ExecutionResult): void {
    const flushed = this.journal.flush();
    if (!flushed) {
      this.#resolveDone(result);
      return;
    }
    this.engine.meter.enter();
    flushed.then(() => this.#resolveDone(result)).finally(() => this.engine.meter.leave());
  }

  #write(type: HistoryEventType, previousEventId: number, details: EventDetails | undefined): void {
    this.#lastEventId += 1;
    this.journal.record({
      id: this.#lastEventId,
      type,
      previousEventId,
      timestampMilliseconds: this.engine.clock.now(),
      ...(details === undefined ? {} : { details }),
    });
  }
}

function isLastEvent(type: HistoryEventType): boolean {
  return (
    type === 'ExecutionSucceeded' ||
    type === 'ExecutionFailed' ||
    type === 'ExecutionAborted' ||
    type === 'ExecutionTimedOut'
  );
}
