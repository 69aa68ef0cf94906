// A disk that is really full: a small file system in a namespace of its own, where the machine lets us make one.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from '@jest/globals';
import { REGION, startS3 } from '../../local/services/s3/s3-runtime.ts';
import type { FullDiskOutcome, Told } from './full-disk-program.ts';

const directory = mkdtempSync(join(tmpdir(), 'full-disk-'));
const folders = { tiny: join(directory, 'tiny'), small: join(directory, 'small'), roomy: join(directory, 'roomy') };
for (const folder of Object.values(folders)) mkdirSync(folder);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Mounts the file systems as root of a namespace, and runs the program as somebody else in it: PostgreSQL refuses root. */
const script = `
mount -t tmpfs -o size=10m,mode=0755 none "$0/tiny" && mount -t tmpfs -o size=70m,mode=0755 none "$0/small" &&
exec unshare --user --map-user=1000 --map-group=1000 "$@"`;
const inNamespace = (command: readonly string[]): string[] => [
  ...['--user', '--map-root-user', '--mount', 'sh', '-c', script, directory],
  ...command,
];
const canMount = spawnSync('unshare', inNamespace(['true'])).status === 0;
const describeOnSmallDisk = canMount
  ? describe
  : (name: string, body: () => void) =>
      describe.skip(`${name} (no file system can be mounted in a user namespace here)`, body);

/** In the words of the server, which depend on what finds no room: data, or its log. */
const named = /^failed: .*(No space left on device|Check free disk space)/s;

describeOnSmallDisk('a disk that is full', () => {
  it('fails a proof with its name, keeps nothing of it, and does so for the disk alone', async () => {
    const bucket = 'backups-under-test';
    const { client, context } = await startS3();
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        ObjectLockEnabledForBucket: true,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
    const told: Told = { ...folders, url: context.endpointUrl(), bucket };
    const program = fileURLToPath(new URL('full-disk-program.ts', import.meta.url));
    const { NODE_OPTIONS: _, ...env } = process.env;
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', program, JSON.stringify(told)];
    const { stdout } = await promisify(execFile)('unshare', inNamespace(command), { env });
    expect(JSON.parse(stdout) as FullDiskOutcome).toEqual({
      onTinyDisk: expect.stringMatching(named),
      onSmallDisk: expect.stringMatching(named),
      withRoom: expect.stringContaining('4000 rows of 1 tables restored'),
      left: [],
    } satisfies Record<keyof FullDiskOutcome, unknown>);
  }, 300_000);
});
