// Kills by SIGKILL in the middle of a dump, when the dump is stored and its manifest not yet, in a proof and in a cut-over: what is half
// there never counts, the backup is made once, and the live database is whole.
import { expect, it } from '@jest/globals';
import { runUntilKilled } from './run-until-killed.ts';
import type { BackedUp } from './serve-backup.ts';

it('a backup, its proof and a restore that are killed on their way are none until they are whole, and leave nothing open', async () => {
  const { outcome, missed } = await runUntilKilled<BackedUp>('serve-backup.ts', [
    // Both are told before they are acknowledged: a manifest that is told of is not on the disk yet.
    's3/part-stored dump.zst',
    's3/object-created manifest.json',
    'kubernetes/job-process-started /verify-pyairtable*',
    'kubernetes/job-process-started /cut-over-pyairtable*',
  ]);
  expect(missed).toEqual([]);
  const [bytes] = outcome.bytes;
  const [, safety] = outcome.records;
  expect(outcome).toEqual({
    statuses: [['SUCCEEDED', 'SUCCEEDED'], ['SUCCEEDED'], ['SUCCEEDED']],
    found: [
      'running: ',
      'running: dump.zst',
      'complete: dump.zst, manifest.json',
      'complete: dump.zst, manifest.json, dump.zst, manifest.json',
    ],
    records: [['complete', 2107, bytes, '', true], safety],
    bytes: [bytes, bytes],
    openUploads: 0,
    rows: [2080, 2080],
    databases: ['pyairtable', expect.stringMatching(/^pyairtable_replaced_\d{8}_\d{6}$/)],
  });
  expect(safety).toEqual(['complete', 1027, expect.any(Number), '', false]);
}, 600_000);
