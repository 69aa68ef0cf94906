// One line of control of an execution: where it stands, what it can see, and how it records what it does.
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Checkpoint, MapItem } from './checkpoint.ts';
import type { StateMachine } from './definition/state-machine.ts';
import type { ExecutionRun } from './execution-run.ts';
import type { Bindings } from './expression/evaluator.ts';
import type { Template } from './expression/template.ts';
import type { EventDetails } from './journal.ts';
import type { Json, JsonObject } from './json.ts';
import type { Scope } from './scope.ts';
import { type StateFailure, toRecordedFailure } from './state-failure.ts';

export interface VisibleExtras {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly taskToken?: string;
  /** In an ItemSelector: the item at hand. */
  readonly item?: MapItem;
}

export interface ThreadOptions {
  readonly run: ExecutionRun;
  readonly machine: StateMachine;
  readonly path: string;
  readonly scope: Scope;
  /** Whose variables can be read from here. */
  readonly outer?: Thread;
  /** The child executions of a distributed Map write nothing into their parent's history. */
  readonly isSilent?: boolean;
  /** Called when the line ends, just before that is remembered. */
  readonly onEnd?: (thread: Thread, failure: StateFailure | undefined) => void;
}

export class Thread {
  readonly run: ExecutionRun;
  readonly machine: StateMachine;
  readonly path: string;
  readonly scope: Scope;
  readonly isSilent: boolean;
  readonly #outer: Thread | undefined;
  readonly #onEnd: ThreadOptions['onEnd'];
  #checkpoint: Checkpoint;
  #lastEventId: number;

  constructor(options: ThreadOptions, checkpoint: Checkpoint) {
    this.run = options.run;
    this.machine = options.machine;
    this.path = options.path;
    this.scope = options.scope;
    this.isSilent = options.isSilent ?? false;
    this.#outer = options.outer;
    this.#onEnd = options.onEnd;
    this.#checkpoint = checkpoint;
    this.#lastEventId = checkpoint.lastEventId;
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  get input(): Json {
    return this.#checkpoint.input;
  }

  get progress(): object | undefined {
    return this.#checkpoint.progress;
  }

  get lastEventId(): number {
    return this.#lastEventId;
  }

  /** Adds an event to the history, following this line's previous one. Throws when the line was cancelled. */
  record(type: HistoryEventType, details?: EventDetails): number {
    this.scope.check();
    if (this.isSilent) return 0;
    this.#lastEventId = this.run.record(type, this.#lastEventId, details);
    return this.#lastEventId;
  }

  /** Remembers where the line stands; a member that is set to undefined is dropped. */
  save(change: { [K in keyof Checkpoint]?: Checkpoint[K] | undefined }): void {
    this.scope.check();
    this.#checkpoint = { ...this.#checkpoint, ...change, lastEventId: this.#lastEventId } as Checkpoint;
    this.run.journal.save(this.path, this.#checkpoint);
  }

  succeed(output: Json): void {
    this.#onEnd?.(this, undefined);
    this.save({ status: 'succeeded', output, progress: undefined, variables: {} });
  }

  fail(failure: StateFailure): void {
    this.#onEnd?.(this, failure);
    this.save({ status: 'failed', failure: toRecordedFailure(failure) });
  }

  /** Evaluates templates of the current state, all with the same bindings. */
  async evaluate(templates: readonly Template[], extras: VisibleExtras = {}): Promise<Json[]> {
    const values = await this.run.engine.evaluator.evaluate(templates, this.#bindings(extras));
    this.scope.check();
    return values;
  }

  async evaluateOne(template: Template, extras: VisibleExtras = {}): Promise<Json> {
    const [value] = await this.evaluate([template], extras);
    return value as Json;
  }

  findVariable(name: string): Json | undefined {
    const own = this.#checkpoint.variables;
    return Object.hasOwn(own, name) ? own[name] : this.#outer?.findVariable(name);
  }

  /** Resolves at that moment of the clock; rejects when the line is cancelled. */
  sleepUntil(atMilliseconds: number): Promise<void> {
    const { clock, meter } = this.run.engine;
    return meter.idle(
      new Promise((resolve, reject) => {
        const cancelTimer = clock.at(atMilliseconds, () => {
          removeListener();
          resolve();
        });
        const removeListener = this.scope.onCancel((cancellation) => {
          cancelTimer();
          reject(cancellation);
        });
      }),
    );
  }

  /** Resolves when everything recorded so far is durable: to be awaited before acting on the outside. */
  async flush(): Promise<void> {
    const flushed = this.run.journal.flush();
    if (!flushed) return;
    await flushed;
    this.scope.check();
  }

  #bindings(extras: VisibleExtras): Bindings {
    const thread = this;
    const states: Record<string, unknown> = {
      input: this.input,
      get context() {
        return thread.#describeContext(extras);
      },
    };
    if (extras.result !== undefined) states.result = extras.result;
    if (extras.errorOutput !== undefined) states.errorOutput = extras.errorOutput;
    return { states, variable: (name) => this.findVariable(name) };
  }

  /** The context object, https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
  #describeContext(extras: VisibleExtras): JsonObject {
    const { retries, state, enteredAtMilliseconds } = this.#checkpoint;
    const item = extras.item ?? this.findItem();
    return {
      ...this.run.describeContext(),
      State: {
        EnteredTime: new Date(enteredAtMilliseconds).toISOString(),
        Name: state,
        RetryCount: retries.reduce((sum, count) => sum + count, 0),
      },
      ...(extras.taskToken === undefined ? {} : { Task: { Token: extras.taskToken } }),
      ...(item === undefined ? {} : { Map: { Item: item as unknown as Json } }),
    };
  }

  /** The item of the innermost Map around. */
  findItem(): MapItem | undefined {
    return this.#checkpoint.item ?? this.#outer?.findItem();
  }
}
