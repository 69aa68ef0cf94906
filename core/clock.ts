// The port through which time comes in.

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** ISO 8601 in UTC with milliseconds: sorts as text. */
export function formatTime(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString();
}
