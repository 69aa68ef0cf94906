// What the runtime did, as it does it: the tour prints it, tests wait on it instead of sleeping.

export interface Activity {
  /** Virtual time, milliseconds since the epoch. */
  readonly at: number;
  /** The service that acted, e.g. `states`, `lambda`, `events`, `kubernetes`, `github`. */
  readonly service: string;
  /** A stable kebab-case name, e.g. `execution-started`, `invocation-failed`, `rule-matched`, `access-denied`. */
  readonly name: string;
  /** The resource acted on, as a person would name it. */
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Trace {
  record(activity: Omit<Activity, 'at'>): void;
  /** Calls the listener for each activity from now on; returns the function that stops it. */
  subscribe(listener: (activity: Activity) => void): () => void;
  /** Resolves with the first activity, past or future, that matches; rejects after `timeoutMilliseconds` of real time. */
  waitFor(matches: (activity: Activity) => boolean, timeoutMilliseconds?: number): Promise<Activity>;
  /** Everything recorded so far, oldest first (bounded; the oldest are forgotten). */
  recent(): readonly Activity[];
}
