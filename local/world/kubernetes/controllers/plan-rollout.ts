// How many replicas the new and the old ReplicaSets of a Deployment get next; pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment

export interface ReplicaCounts {
  readonly name: string;
  /** Asked for (`spec.replicas`). */
  readonly desired: number;
  readonly available: number;
  /** Existing pods (`status.replicas`). */
  readonly actual: number;
}

export interface RolloutLimits {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Resolves percentages: surge rounds up, unavailable down, and both may not be 0. */
export function resolveLimits(
  replicas: number,
  maxSurge: number | string | undefined,
  maxUnavailable: number | string | undefined,
): RolloutLimits {
  const resolve = (value: number | string, round: (count: number) => number) =>
    typeof value === 'number'
      ? value
      : value.endsWith('%')
        ? round((replicas * Number.parseFloat(value)) / 100)
        : Number(value);
  const surge = resolve(maxSurge ?? '25%', Math.ceil);
  const unavailable = resolve(maxUnavailable ?? '25%', Math.floor);
  return { replicas, maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** The next `spec.replicas` by ReplicaSet name, only for those that change. `old` is ordered oldest first. */
export function planRollingUpdate(
  limits: RolloutLimits,
  current: ReplicaCounts,
  old: readonly ReplicaCounts[],
): ReadonlyMap<string, number> {
  const next = planNew(limits, current, old);
  return next === current.desired ? planOld(limits, current, old) : new Map([[current.name, next]]);
}

/** Recreate: nothing new before the last old pod is gone. */
export function planRecreate(
  limits: RolloutLimits,
  current: ReplicaCounts,
  old: readonly ReplicaCounts[],
): ReadonlyMap<string, number> {
  const running = old.filter((set) => set.desired > 0);
  if (running.length > 0) return new Map(running.map((set) => [set.name, 0]));
  if (old.some((set) => set.actual > 0) || current.desired === limits.replicas) return new Map();
  return new Map([[current.name, limits.replicas]]);
}

function planNew(limits: RolloutLimits, current: ReplicaCounts, old: readonly ReplicaCounts[]): number {
  if (current.desired >= limits.replicas) return limits.replicas;
  const total = sum([current, ...old], (set) => set.desired);
  const room = limits.replicas + limits.maxSurge - total;
  return current.desired + Math.max(0, Math.min(room, limits.replicas - current.desired));
}

function planOld(
  limits: RolloutLimits,
  current: ReplicaCounts,
  old: readonly ReplicaCounts[],
): ReadonlyMap<string, number> {
  const next = new Map(old.map((set) => [set.name, set.desired]));
  const minimumAvailable = limits.replicas - limits.maxUnavailable;
  const total = sum([current, ...old], (set) => set.desired);
  let removable = total - minimumAvailable - Math.max(0, current.desired - current.available);
  let surplus = sum([current, ...old], (set) => set.available) - minimumAvailable;
  // Pods that do not serve anyway go first; they do not lower what is available.
  for (const set of old) {
    const removed = Math.max(0, Math.min(removable, set.desired - set.available));
    next.set(set.name, set.desired - removed);
    removable -= removed;
  }
  for (const set of old) {
    const remaining = next.get(set.name) ?? 0;
    const removed = Math.max(0, Math.min(removable, surplus, remaining));
    next.set(set.name, remaining - removed);
    removable -= removed;
    surplus -= removed;
  }
  return new Map([...next].filter(([name, count]) => old.find((set) => set.name === name)?.desired !== count));
}

function sum(sets: readonly ReplicaCounts[], read: (set: ReplicaCounts) => number): number {
  return sets.reduce((total, set) => total + read(set), 0);
}
