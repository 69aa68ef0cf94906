// Where a line of control stands: all that is needed to go on after a crash.
import type { Json, JsonObject } from './json.ts';

/**
 * One line of control: the execution itself (path `''`), a Parallel's branch or a Map's iteration (`0`, `0.3` …).
 * Replaced, never changed, on every transition.
 */
export interface Checkpoint {
  readonly status: 'running' | 'succeeded' | 'failed';
  readonly state: string;
  /** Of the current state. */
  readonly input: Json;
  /** Of this line's own scope; outer ones are found in the outer lines. */
  readonly variables: JsonObject;
  readonly enteredAtMilliseconds: number;
  readonly enteredEventId: number;
  readonly lastEventId: number;
  /** How often each retrier of the state was used. */
  readonly retries: readonly number[];
  /** Set while waiting for the next attempt. */
  readonly retryAtMilliseconds?: number;
  /** What the present attempt has done so far; its shape is the state type's own. */
  readonly progress?: object;
  /** The last value, once succeeded. */
  readonly output?: Json;
  readonly failure?: RecordedFailure;
  /** Of a Map's iteration: `$states.context.Map.Item`. */
  readonly item?: MapItem;
}

export interface RecordedFailure {
  readonly error: string;
  readonly cause?: string;
  readonly isDenied?: boolean;
}

export interface MapItem {
  readonly Index: number;
  readonly Value: Json;
  readonly Key?: string;
}
