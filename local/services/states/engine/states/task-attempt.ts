// One attempt of a task that is under way: whichever comes first ends it, the call, its token, a deadline or cancellation.
import type { RecordedFailure } from '../checkpoint.ts';
import type { TaskState } from '../definition/state-machine.ts';
import { isWithinStateLimit, type Json } from '../json.ts';
import { dataLimitFailure, StateFailure, toRecordedFailure } from '../state-failure.ts';
import type { TaskHandle } from '../task-invoker.ts';
import type { Thread } from '../thread.ts';
import { recordFailed, recordSubmitted, recordSucceeded, recordTimedOut } from './task-events.ts';

const TOKEN_SUFFIX = '.waitForTaskToken';
const LONGEST_ERROR = 256;
const LONGEST_CAUSE = 32_768;

export interface TaskProgress {
  readonly arguments: Json;
  readonly taskToken: string;
  readonly scheduledAtMilliseconds: number;
  readonly roleArn?: string;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly heartbeatAtMilliseconds?: number;
  /** What the call answered, once the task only waits. */
  readonly submitted?: Json;
  readonly result?: Json;
  readonly failure?: RecordedFailure;
}

export class TaskAttempt {
  readonly #state: TaskState;
  readonly #thread: Thread;
  #abort: AbortController | undefined;
  readonly #waitsForToken: boolean;
  #progress: TaskProgress;
  #isOver = false;
  #cancelDeadlines: (() => void)[] = [];
  #resolve: (result: Json) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(state: TaskState, thread: Thread, progress: TaskProgress) {
    this.#state = state;
    this.#thread = thread;
    this.#progress = progress;
    this.#waitsForToken = state.resource.endsWith(TOKEN_SUFFIX);
  }

  /** The task's result. Throws StateFailure, or the Cancellation of its line. */
  run(): Promise<Json> {
    const ended = new Promise<Json>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const removeListener = this.#thread.scope.onCancel((cancellation) => {
      this.#settle();
      this.#abort?.abort(cancellation);
      this.#reject(cancellation);
    });
    const { pendingTasks } = this.#thread.run.engine;
    const { taskToken } = this.#progress;
    pendingTasks.add(taskToken, {
      succeed: (result) => this.#succeed(result),
      fail: (error, cause) => this.#fail(new StateFailure(error, cause)),
      heartbeat: () => this.#heartbeat(),
    });
    this.#armDeadlines();
    const invocation = this.#waitsForToken && this.#progress.submitted !== undefined ? undefined : this.#invoke();
    return this.#await(ended, invocation).finally(removeListener);
  }

  /** The call is work; waiting for a token is not, so that the clock may skip to a deadline. */
  async #await(ended: Promise<Json>, invocation: Promise<void> | undefined): Promise<Json> {
    if (!this.#waitsForToken) return ended;
    if (invocation) await Promise.race([ended, invocation]);
    return this.#isOver ? ended : this.#thread.run.engine.meter.idle(ended);
  }

  async #invoke(): Promise<void> {
    const { engine } = this.#thread.run;
    try {
      await this.#thread.flush();
      const resource = this.#waitsForToken ? this.#state.resource.slice(0, -TOKEN_SUFFIX.length) : this.#state.resource;
      const answer = await engine.invokeTask(resource, this.#progress.arguments, this.#handle());
      const result = toJson(answer);
      if (!this.#waitsForToken) this.#succeed(result);
      else if (!this.#isOver) this.#submitted(result);
    } catch (error) {
      // A cancelled line has nobody left to tell.
      if (this.#isOver) return;
      this.#fail(
        error instanceof StateFailure
          ? error
          : new StateFailure('States.Runtime', `the task could not be run: ${String(error)}`),
      );
    }
  }

  #handle(): TaskHandle {
    const { run } = this.#thread;
    const getSignal = () => {
      this.#abort ??= new AbortController();
      return this.#abort.signal;
    };
    return {
      taskToken: this.#progress.taskToken,
      get signal() {
        return getSignal();
      },
      roleArn: this.#progress.roleArn ?? run.description.roleArn,
      execution: run.description,
      submitted: this.#progress.submitted,
      submit: async (output) => {
        if (this.#isOver) return;
        this.#submitted(output);
        await this.#thread.flush();
      },
      heartbeat: () => this.#heartbeat(),
      idle: (waiting) => run.engine.meter.idle(waiting),
    };
  }

  #submitted(output: Json): void {
    recordSubmitted(this.#state, this.#thread, output);
    this.#update({ submitted: output });
  }

  #succeed(result: Json): void {
    if (this.#isOver) return;
    if (!isWithinStateLimit(result)) {
      this.#fail(dataLimitFailure(this.#state.name));
      return;
    }
    this.#record(() => {
      recordSucceeded(this.#state, this.#thread, result);
      this.#update({ result });
      this.#resolve(result);
    });
  }

  #fail(thrown: StateFailure): void {
    if (this.#isOver) return;
    const failure = clipFailure(thrown);
    this.#record(() => {
      recordFailed(this.#state, this.#thread, failure);
      this.#update({ failure: toRecordedFailure(failure) });
      this.#reject(failure);
    });
  }

  #timeOut(error: 'States.Timeout' | 'States.HeartbeatTimeout'): void {
    if (this.#isOver) return;
    const failure = new StateFailure(error);
    this.#abort?.abort(failure);
    this.#record(() => {
      recordTimedOut(this.#state, this.#thread, failure);
      this.#update({ failure: toRecordedFailure(failure) });
      this.#reject(failure);
    });
  }

  /** The history may be full: that ends the execution, from within the attempt that met the limit. */
  #record(write: () => void): void {
    this.#settle();
    try {
      write();
    } catch (error) {
      this.#reject(error);
    }
  }

  #heartbeat(): void {
    if (this.#isOver) return;
    this.#update({ heartbeatAtMilliseconds: this.#thread.run.engine.clock.now() });
    this.#armDeadlines();
  }

  #armDeadlines(): void {
    for (const cancel of this.#cancelDeadlines) cancel();
    const { clock } = this.#thread.run.engine;
    const { scheduledAtMilliseconds, timeoutSeconds, heartbeatSeconds, heartbeatAtMilliseconds } = this.#progress;
    this.#cancelDeadlines = [];
    if (timeoutSeconds !== undefined) {
      const at = scheduledAtMilliseconds + timeoutSeconds * 1000;
      this.#cancelDeadlines.push(clock.at(at, () => this.#timeOut('States.Timeout')));
    }
    if (heartbeatSeconds !== undefined) {
      const at = (heartbeatAtMilliseconds ?? scheduledAtMilliseconds) + heartbeatSeconds * 1000;
      this.#cancelDeadlines.push(clock.at(at, () => this.#timeOut('States.HeartbeatTimeout')));
    }
  }

  #update(change: Partial<TaskProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#thread.save({ progress: this.#progress });
  }

  #settle(): void {
    this.#isOver = true;
    this.#thread.run.engine.pendingTasks.remove(this.#progress.taskToken);
    for (const cancel of this.#cancelDeadlines) cancel();
  }
}

function toJson(value: unknown): Json {
  return (value ?? null) as Json;
}

/** The service keeps so much of an error and its cause. */
function clipFailure(failure: StateFailure): StateFailure {
  const { error, cause, isDenied } = failure;
  if (error.length <= LONGEST_ERROR && (cause?.length ?? 0) <= LONGEST_CAUSE) return failure;
  return new StateFailure(error.slice(0, LONGEST_ERROR), cause?.slice(0, LONGEST_CAUSE), { isDenied });
}
