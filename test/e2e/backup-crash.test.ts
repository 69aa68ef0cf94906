// Kills by SIGKILL in the middle of a dump, and when the dump is stored and its manifest not yet: what is half there never counts, and
// the backup is made once.
import { expect, it } from '@jest/globals';
import { runUntilKilled } from './run-until-killed.ts';
import type { BackedUp } from './serve-backup.ts';

it('a backup that is killed in mid-dump and at its manifest is none until it is whole, and leaves nothing open', async () => {
  // Both are told before they are acknowledged: a manifest that is told of is not on the disk yet.
  const moments = ['part-stored dump.zst', 'object-created manifest.json'];
  const { outcome, missed } = await runUntilKilled<BackedUp>('serve-backup.ts', moments);
  expect(missed).toEqual([]);
  const [bytes] = outcome.bytes;
  expect(outcome).toEqual({
    status: 'SUCCEEDED',
    found: ['running: ', 'running: dump.zst'],
    records: [['complete', 2107, bytes, '']],
    rows: 2107,
    bytes: [bytes, bytes],
    openUploads: 0,
  });
}, 600_000);
