// From which base backup a time is reached; or why it is not, and which times nearest to it are.
import type { Recovery, RecoveryWindow } from '../../contracts/point-in-time.ts';
import { type RecoverableRun, stretchOf } from './recoverable-window.ts';

/** The archive of a database, as a plan needs it. */
export interface Archive {
  /** Its prefix in the bucket. */
  readonly prefix: string;
  readonly window: RecoveryWindow;
  readonly runs: readonly RecoverableRun[];
}

/** The newest base backup that had ended by then: the least of the log has to be read. Undefined when the time cannot be reached. */
export function planRecovery({ prefix, runs }: Archive, at: string): Recovery | undefined {
  for (const run of runs) {
    const stretch = stretchOf(run);
    if (stretch === undefined || at < stretch.earliest || at > stretch.latest) continue;
    const base = run.baseBackups.findLast(({ endedAt }) => endedAt <= at);
    if (base !== undefined) return { at, archive: prefix, baseBackup: base.id };
  }
  return undefined;
}

/** The last possible time before and the first one after, if any. */
export function findNearest({ window }: Archive, at: string): string[] {
  const before = window.stretches.findLast(({ latest }) => latest < at)?.latest;
  const after = window.stretches.find(({ earliest }) => earliest > at)?.earliest;
  return [before, after].flatMap((time) => time ?? []);
}
