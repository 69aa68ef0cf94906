// Which moments of a database can be had back from its archive: those after a base backup, as far as the log goes on without a gap.
import type { RecoverableStretch, RecoveryWindow } from '../../contracts/point-in-time.ts';
import type { BaseBackup } from './read-backup-info.ts';
import { findRuns, positionOf, type Segment, type SegmentRun } from './segments.ts';

/** What lies in an archive. */
export interface ArchiveContents {
  readonly baseBackups: readonly BaseBackup[];
  readonly segments: readonly Segment[];
}

/** A stretch of the log that base backups begin in. */
export interface RecoverableRun {
  readonly baseBackups: readonly BaseBackup[];
  readonly segments: SegmentRun;
  /** Of the last transaction in it, microseconds since 1970; undefined: none. */
  readonly lastCommit: number | undefined;
}

/** Reads the last transaction of a run, which is in its last segments. */
export type FindLastCommit = (run: SegmentRun) => Promise<number | undefined>;

/** Runs without a base backup lead nowhere and are left out. */
export async function findRecoverableRuns(
  { baseBackups, segments }: ArchiveContents,
  findLastCommit: FindLastCommit,
): Promise<RecoverableRun[]> {
  const done = baseBackups.filter(({ isDone }) => isDone);
  const segmentBytes = done.at(-1)?.segmentBytes;
  const found: RecoverableRun[] = [];
  for (const run of findRuns(segments, segmentBytes)) {
    const [from, to] = [run[0], run.at(-1)].map((segment) => positionOf(segment?.name ?? '', segmentBytes));
    const own = done.filter(
      ({ beginSegment, endSegment }) =>
        positionOf(beginSegment, segmentBytes) >= Number(from) && positionOf(endSegment, segmentBytes) <= Number(to),
    );
    if (own.length > 0) {
      const sorted = own.toSorted((left, right) => left.endedAt.localeCompare(right.endedAt));
      found.push({ baseBackups: sorted, segments: run, lastCommit: await findLastCommit(run) });
    }
  }
  return found;
}

/** Undefined when nothing was written after the base backup, so that no later time can be aimed at. */
export function stretchOf({ baseBackups, lastCommit }: RecoverableRun): RecoverableStretch | undefined {
  const earliest = baseBackups[0]?.endedAt;
  // PostgreSQL stops at the first transaction after the time: the last one itself is only reached by a time before it.
  const latest = lastCommit === undefined ? undefined : new Date(Math.floor((lastCommit - 1) / 1000)).toISOString();
  if (earliest === undefined || latest === undefined || latest < earliest) return undefined;
  return { earliest, latest, baseBackups: baseBackups.filter(({ endedAt }) => endedAt <= latest).length };
}

export function describeWindow(
  server: string,
  { baseBackups, segments }: ArchiveContents,
  runs: readonly RecoverableRun[],
  now: string,
): RecoveryWindow {
  const archivedAt = segments
    .map((segment) => segment.archivedAt)
    .sort()
    .at(-1);
  const stretches = runs.flatMap((run) => stretchOf(run) ?? []);
  const problems = [
    ...baseBackups.flatMap(({ id, isDone, error }) =>
      isDone ? [] : [`base backup ${id} failed: ${error ?? 'no reason given'}`],
    ),
    ...runs.slice(1).map((run, index) => {
      const [before, after] = [runs[index]?.segments.at(-1)?.name, run.segments[0]?.name];
      return `between ${before} and ${after} the archive misses a part of the log`;
    }),
    ...(baseBackups.length === 0 ? ['there is no base backup'] : []),
    ...(runs.length > 0 && stretches.length === 0
      ? ['nothing that was written after the base backup is archived yet']
      : []),
  ];
  return {
    server,
    stretches,
    ...(archivedAt === undefined
      ? {}
      : { archivedAt, archiveLagSeconds: Math.max(0, Math.round((Date.parse(now) - Date.parse(archivedAt)) / 1000)) }),
    problems,
  };
}
