// The engine's only way to the outside: it hands each task to an invoker.
import type { Json } from './json.ts';

/** What an invoker may use while it runs a task. */
export interface TaskHandle {
  /** The same for every start of the same attempt, also after a crash: calls can be made idempotent with it. */
  readonly taskToken: string;
  readonly signal: AbortSignal;
  /** `Credentials.RoleArn` of the state; the machine's own role otherwise. */
  readonly roleArn: string;
  readonly execution: { readonly arn: string; readonly stateMachineArn: string; readonly roleArn: string };
  /** What the submission answered, when it is known to have succeeded before a crash: only await its end again. */
  readonly submitted: Json | undefined;
  /** For `.sync`: the job is accepted; from here on it is awaited, not started again. */
  submit(output: Json): Promise<void>;
  heartbeat(): void;
  /** Awaits something that is waiting, not work, so that the clock may skip over it. */
  idle<T>(waiting: Promise<T>): Promise<T>;
}

/** Runs a task and gives its result. Throws StateFailure for what Retry and Catch shall see. */
export type TaskInvoker = (resource: string, args: Json, task: TaskHandle) => Promise<unknown>;
