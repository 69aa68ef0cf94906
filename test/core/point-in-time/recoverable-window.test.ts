// Which moments an archive can bring back: at its edges, over gaps, and with base backups that never ended.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import { planRestore } from '../../../core/backups/plan-restore.ts';
import { type Archive, findNearest, planRecovery } from '../../../core/point-in-time/plan-recovery.ts';
import { type BaseBackup, readBackupInfo } from '../../../core/point-in-time/read-backup-info.ts';
import {
  type ArchiveContents,
  describeWindow,
  findRecoverableRuns,
} from '../../../core/point-in-time/recoverable-window.ts';
import { findRuns, positionOf, type Segment, segmentNameOf } from '../../../core/point-in-time/segments.ts';

const nameAt = (position: number, timeline = 1): string =>
  [timeline, Math.floor(position / 256), position % 256]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('');
const timeOf = (minute: number): string => new Date(Date.UTC(2026, 10, 26, 2, minute)).toISOString();
const segment = (position: number): Segment => ({ name: nameAt(position), key: '', archivedAt: timeOf(position + 1) });
const base = (position: number, change: Partial<BaseBackup> = {}): BaseBackup => ({
  id: `at-${position}`,
  isDone: true,
  beginSegment: nameAt(position),
  endSegment: nameAt(position),
  beganAt: timeOf(position),
  endedAt: timeOf(position),
  segmentBytes: 16 * 1024 * 1024,
  ...change,
});
/** Segment n holds the transactions of minute n; the last one ends half a minute in. */
const lastCommit = async (run: readonly Segment[]) =>
  Date.parse(timeOf(positionOf(String(run.at(-1)?.name)))) * 1000 + 30_000_000;

async function open(contents: ArchiveContents, now = timeOf(60)): Promise<Archive> {
  const runs = await findRecoverableRuns(contents, lastCommit);
  return { prefix: 'point-in-time/main/', runs, window: describeWindow('main', contents, runs, now) };
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => segment(from + index));

describe('a window', () => {
  it('goes from the end of the oldest base backup to just before the last transaction', async () => {
    const { window } = await open({ baseBackups: [base(2), base(8)], segments: range(1, 10) }, timeOf(15));
    expect(window).toEqual({
      server: 'main',
      stretches: [{ earliest: timeOf(2), latest: '2026-11-26T02:10:29.999Z', baseBackups: 2 }],
      archivedAt: timeOf(11),
      archiveLagSeconds: 240,
      problems: [],
    });
  });

  it('is in two parts over a gap, and says where it is; what no base backup leads to is none', async () => {
    const { window } = await open({ baseBackups: [base(2), base(8)], segments: [...range(1, 4), ...range(6, 10)] });
    expect(window.stretches.map(({ earliest }) => earliest)).toEqual([timeOf(2), timeOf(8)]);
    expect(window.problems).toEqual([`between ${nameAt(4)} and ${nameAt(6)} the archive misses a part of the log`]);
    const without = await open({ baseBackups: [base(2)], segments: [...range(1, 4), ...range(6, 10)] });
    expect(without.window.stretches).toHaveLength(1);
  });

  it('begins nowhere without a base backup that ended', async () => {
    const failed = base(3, { isDone: false, error: 'disk full' });
    const { window } = await open({ baseBackups: [failed], segments: range(1, 10) });
    expect(window).toMatchObject({ stretches: [], problems: ['base backup at-3 failed: disk full'] });
    expect((await open({ baseBackups: [], segments: [] })).window).toMatchObject({
      stretches: [],
      problems: ['there is no base backup'],
    });
  });

  it('does not count a base backup whose end is not archived', async () => {
    const { window } = await open({ baseBackups: [base(9, { endSegment: nameAt(11) })], segments: range(1, 10) });
    expect(window.stretches).toEqual([]);
  });

  it('goes on over the border of a log and into the next timeline', () => {
    const names = [nameAt(254), nameAt(255), nameAt(256), nameAt(256, 2), nameAt(257, 2)];
    expect(findRuns(names.map((name) => ({ name, key: '', archivedAt: '' })))).toHaveLength(1);
    expect(segmentNameOf(`a/wals/0000000100000000/${nameAt(254)}.gz`)).toBe(nameAt(254));
    expect(segmentNameOf(`a/wals/0000000100000000/${nameAt(254)}.00000028.backup.gz`)).toBeUndefined();
    expect(segmentNameOf(`a/wals/0000000100000000/${nameAt(254)}.partial`)).toBeUndefined();
  });
});

describe('a recovery', () => {
  const contents = { baseBackups: [base(2), base(8)], segments: [...range(1, 10), ...range(20, 22)] };

  it.each([
    ['just before the first moment', '2026-11-26T02:01:59.999Z', undefined],
    ['at the end of the first base backup', timeOf(2), 'at-2'],
    ['just before the second has ended', '2026-11-26T02:07:59.999Z', 'at-2'],
    ['when the second has ended', timeOf(8), 'at-8'],
    ['at the last moment', '2026-11-26T02:10:29.999Z', 'at-8'],
    ['at the last transaction itself', '2026-11-26T02:10:30.000Z', undefined],
    ['in a stretch without a base backup', timeOf(21), undefined],
  ])('%s begins with the newest base backup that can', async (_, at, baseBackup) => {
    expect(planRecovery(await open(contents), at)?.baseBackup).toBe(baseBackup);
  });

  it('names the nearest times on both sides of a gap', async () => {
    const archive = await open({ ...contents, baseBackups: [...contents.baseBackups, base(20)] });
    expect(findNearest(archive, timeOf(15))).toEqual(['2026-11-26T02:10:29.999Z', timeOf(20)]);
  });
});

describe('a restore to a time', () => {
  const configuration = loadConfiguration('config/pyairtable.yaml');
  const request = { environment: 'prod', database: 'pyairtable', actor: 'ada', reason: 'a bad migration' };

  it('is planned from the archive, and refused outside of it with the nearest possible time', async () => {
    const archive = await open({ baseBackups: [base(2)], segments: range(1, 10) });
    const planned = planRestore(configuration, { ...request, at: '2026-11-26T03:05:00.120+01:00' }, [], archive);
    expect(planned).toMatchObject({
      outcome: 'planned',
      plan: {
        recovery: { at: '2026-11-26T02:05:00.120Z', archive: 'point-in-time/main/', baseBackup: 'at-2' },
        databaseBeside: 'pyairtable_restore_20261126_020500_120',
        backup: { backupId: 'prod.pyairtable.point-in-time.20261126_020500_120', bucket: 'pyairtable-prod-backups' },
      },
    });
    expect(planRestore(configuration, { ...request, at: timeOf(59) }, [], archive)).toEqual({
      outcome: 'refused',
      reason: `${timeOf(59)} cannot be reached: it is after what is stored. The nearest possible: 2026-11-26T02:10:29.999Z (from the archive)`,
    });
  });
});

describe('backup.info', () => {
  const lines = (change: Record<string, string>) =>
    Object.entries({
      begin_time: '2026-11-26 02:00:00.000001+00:00',
      begin_wal: nameAt(1),
      end_time: '2026-11-26 02:00:04.120001+00:00',
      end_wal: nameAt(2),
      error: 'None',
      status: 'DONE',
      xlog_segment_size: '16777216',
      ...change,
    })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n');

  it('is read as Barman writes it; its end is never rounded down', () => {
    expect(readBackupInfo('20261126T020000', lines({}))).toMatchObject({
      isDone: true,
      beginSegment: nameAt(1),
      endedAt: '2026-11-26T02:00:04.121Z',
    });
  });

  it('of a backup under way is none, of a failed one says why', () => {
    expect(readBackupInfo('x', lines({ status: 'STARTED', end_time: 'None' }))).toBeUndefined();
    expect(readBackupInfo('x', lines({ status: 'FAILED', error: 'no space', end_time: 'None' }))).toMatchObject({
      isDone: false,
      error: 'no space',
    });
  });
});
