// Status conditions: lists with one entry per type, whose transition time moves only when the status does.
import type { Condition } from '../resources/kubernetes-object.ts';

/** The condition of that type, if there is one. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The conditions with that one set; `now` is RFC 3339. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  now: string,
): Condition[] {
  const before = findCondition(conditions, condition.type);
  const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const set = { ...condition, lastTransitionTime };
  return before
    ? (conditions ?? []).map((existing) => (existing.type === condition.type ? set : existing))
    : [...(conditions ?? []), set];
}
