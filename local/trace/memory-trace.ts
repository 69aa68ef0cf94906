// The trace of a running runtime: the last activities in memory, and whoever listens.
import type { Clock } from '../clock/clock.ts';
import type { Activity, Trace } from './trace.ts';

const DEFAULT_TIMEOUT_MILLISECONDS = 10_000;

/** A trace that remembers at least the last `limit` activities, stamped with the clock's virtual time. */
export function createMemoryTrace(clock: Pick<Clock, 'now'>, limit = 10_000): Trace {
  let activities: Activity[] = [];
  const listeners = new Set<(activity: Activity) => void>();

  function record(activity: Omit<Activity, 'at'>): void {
    const stamped: Activity = { at: clock.now(), ...activity };
    activities.push(stamped);
    // Forgetting in bulk keeps recording cheap.
    if (activities.length >= 2 * limit) activities = activities.slice(-limit);
    for (const listener of [...listeners]) listener(stamped);
  }

  function subscribe(listener: (activity: Activity) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function waitFor(
    matches: (activity: Activity) => boolean,
    timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS,
  ): Promise<Activity> {
    const known = activities.find(matches);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        unsubscribe();
        reject(
          new Error(`no such activity within ${timeoutMilliseconds} ms; the last ones: ${describeLast(activities)}`),
        );
      }, timeoutMilliseconds);
      const unsubscribe = subscribe((activity) => {
        if (!matches(activity)) return;
        clearTimeout(timeout);
        unsubscribe();
        resolve(activity);
      });
    });
  }

  return { record, subscribe, waitFor, recent: () => activities.slice(-limit) };
}

function describeLast(activities: readonly Activity[]): string {
  const last = activities.slice(-10).map(({ service, name, subject }) => `${service} ${name} ${subject}`);
  return last.length > 0 ? last.join('; ') : 'none at all';
}
