// Which changes can have caused an alert?
import type { DeployedChange } from './deployed-change.ts';

/**
 * Prometheus and we read different clocks, both kept by NTP, which holds machines well within a second of each other. An alert
 * may lie this far before a change reached Git, or after its bake, and still counts as within it.
 */
export const clockToleranceMilliseconds = 5_000;

/**
 * The changes of one service, oldest first, in whose window the alert started: from reaching Git until `bakeMinutes` after
 * its end, but never beyond the end of the next change, when its version has stopped serving. While the next one rolls out
 * both versions serve, so both are suspects.
 */
export function findSuspects(
  changes: readonly DeployedChange[],
  alertStartsAt: string,
  bakeMinutes: number,
): DeployedChange[] {
  const startsAt = Date.parse(alertStartsAt);
  return changes.filter(({ startedAt, finishedAt }, index) => {
    const bakedAt = endOf(finishedAt) + bakeMinutes * 60_000;
    const replacedAt = index + 1 < changes.length ? endOf(changes[index + 1]?.finishedAt) : Number.POSITIVE_INFINITY;
    return (
      startsAt >= Date.parse(startedAt) - clockToleranceMilliseconds &&
      startsAt <= Math.min(bakedAt + clockToleranceMilliseconds, replacedAt)
    );
  });
}

function endOf(finishedAt: string | undefined): number {
  return finishedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(finishedAt);
}
