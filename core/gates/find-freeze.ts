// Which freezes are in force, and when the last of them ends.
import { instantOf, wallTimeAt, weekdayOf } from './zoned-time.ts';

/** A time in which nothing moves forward. It has no say about what goes back: nothing in it could express that. */
export interface FreezeWindow {
  readonly name: string;
  readonly reason: string;
  /** Absent: all. */
  readonly environments?: readonly string[] | undefined;
  /** Absent: all. */
  readonly services?: readonly string[] | undefined;
  readonly when:
    | {
        readonly kind: 'recurring';
        /** On which days it begins; 0 is Sunday. */
        readonly weekdays: readonly number[];
        /** Minutes since midnight on the wall. `to` at or before `from` is that of the next day. */
        readonly from: number;
        readonly to: number;
        readonly timeZone: string;
      }
    /** Epoch milliseconds; without `to` until somebody lifts it. */
    | { readonly kind: 'once'; readonly from: number; readonly to?: number | undefined };
}

export interface FreezeScope {
  readonly environment: string;
  readonly services: readonly string[];
}

export interface Freeze {
  readonly windows: readonly FreezeWindow[];
  /** Epoch milliseconds at which no freeze is in force any more; absent when it does not end by itself. */
  readonly opensAt?: number;
}

/** One window may follow on another; more than so many in a row never end. */
const maximumChain = 60;

/** Undefined when nothing is frozen at `now`. */
export function findFreeze(windows: readonly FreezeWindow[], scope: FreezeScope, now: number): Freeze | undefined {
  const concerned = windows.filter((window) => concerns(window, scope));
  const inForce = concerned.filter((window) => endOf(window, now) !== undefined);
  if (inForce.length === 0) return undefined;
  let instant = now;
  for (let step = 0; step < maximumChain; step += 1) {
    const ends = concerned.map((window) => endOf(window, instant)).filter((end) => end !== undefined);
    if (ends.length === 0) return { windows: inForce, opensAt: instant };
    const last = Math.max(...ends);
    if (last === Number.POSITIVE_INFINITY) break;
    instant = last;
  }
  return { windows: inForce };
}

function concerns({ environments, services }: FreezeWindow, scope: FreezeScope): boolean {
  if (environments !== undefined && !environments.includes(scope.environment)) return false;
  return services === undefined || scope.services.some((service) => services.includes(service));
}

/** When the occurrence in which `instant` lies ends; undefined when it lies in none. */
function endOf({ when }: FreezeWindow, instant: number): number | undefined {
  if (when.kind === 'once') {
    const end = when.to ?? Number.POSITIVE_INFINITY;
    return instant >= when.from && instant < end ? end : undefined;
  }
  const { weekdays, from, to, timeZone } = when;
  const today = wallTimeAt(instant, timeZone).day;
  const ends = [today - 1, today]
    .filter((day) => weekdays.includes(weekdayOf(day)))
    .flatMap((day) => {
      const start = instantOf({ day, minute: from }, timeZone, 'first');
      const end = instantOf({ day: to <= from ? day + 1 : day, minute: to }, timeZone, 'last');
      return instant >= start && instant < end ? [end] : [];
    });
  return ends.length === 0 ? undefined : Math.max(...ends);
}
