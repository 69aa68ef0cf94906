// Where an execution writes what happens: durable in the service, in memory for tests and the bench.
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Checkpoint } from './checkpoint.ts';
import type { Json } from './json.ts';

/** Details hold JSON values where AWS's shapes hold JSON texts: they are written as text when somebody asks. */
export type EventDetails = Readonly<Record<string, Json | undefined>>;

export interface RecordedEvent {
  readonly id: number;
  readonly type: HistoryEventType;
  readonly previousEventId: number;
  readonly timestampMilliseconds: number;
  readonly details?: EventDetails;
}

export type ExecutionResult =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause?: string }
  | { readonly status: 'TIMED_OUT' }
  | { readonly status: 'ABORTED'; readonly error?: string; readonly cause?: string };

/** Writes made in one tick belong together: they become durable together. */
export interface Journal {
  record(event: RecordedEvent): void;
  save(path: string, checkpoint: Checkpoint): void;
  forget(path: string): void;
  find(path: string): Checkpoint | undefined;
  /** The execution ended, with that event. */
  end(result: ExecutionResult, lastEventId: number): void;
  /** Resolves when all of the above is durable; undefined when it need not be waited for. */
  flush(): Promise<void> | undefined;
}
