// Whether a run that succeeded did much less than the runs before it.
import type { MeasureContract } from '../../contracts/jobs.ts';
import type { JobRunRecord } from '../../contracts/ledger/jobs.ts';

/** So many runs say what is usual. */
const comparedRuns = 7;

/** The anomaly of the newest success in words, undefined when there is none. `successes` are newest first. */
export function findAnomaly(
  compares: readonly MeasureContract[],
  maximumDropPercent: number,
  successes: readonly JobRunRecord[],
): string | undefined {
  const findings = compares.flatMap(({ measure, neverZero }) => {
    // A run that measured nothing found its work done by another one, and says nothing.
    const [value, ...before] = successes.flatMap(({ measures = {} }) => measures[measure] ?? []);
    const usual = median(before.slice(0, comparedRuns));
    if (value === undefined) return [];
    if (neverZero && value === 0) return [`no ${measure} at all`];
    if (usual === undefined || usual === 0 || value >= usual * (1 - maximumDropPercent / 100)) return [];
    return [`${value} ${measure} where ${usual} are usual (${Math.round((value / usual - 1) * 100)} %)`];
  });
  return findings.length === 0
    ? undefined
    : `its run of ${successes[0]?.startedAt} succeeded with ${findings.join(' and ')}`;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
