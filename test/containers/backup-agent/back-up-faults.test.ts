// Everything that can break off a dump, against a real server and a real S3: what is bad never looks good, nothing is left open,
// and the next run completes. Kills: kills.test.ts.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { backUp } from '../../../containers/backup-agent/back-up.ts';
import { type AgentSettings, readSettings } from '../../../containers/backup-agent/settings.ts';
import { type PostgresServer, startServer } from '../../../local/world/postgres/server.ts';
import { REGION, type S3Runtime, startS3 } from '../../local/services/s3/s3-runtime.ts';

const bucket = 'backups-under-test';
const prefix = 'database/20261124_020000/shop/';
const access = { user: 'postgres', password: 'x' };
const variables: Record<string, string> = {
  ...{ AGENT_JOB: 'job', AGENT_ENVIRONMENT: 'dev', AGENT_DATABASE: 'shop', AGENT_BUCKET: bucket, AGENT_PREFIX: prefix },
  ...{
    AGENT_BACKUP_ID: 'dev.shop.dump.20261124_020000',
    AGENT_TIER: 'daily',
    AGENT_KEEP_UNTIL: '2036-01-01T00:00:00Z',
  },
};

/** Stands in for pg_dump: an archive that nothing compresses, of more than one part, ending as told. */
const program = (ending: string): string => `#!/bin/sh
[ "$1" = --version ] && echo 'pg_dump (PostgreSQL) 18.1' && exit 0
${ending}
`;
const archive = (megabytes: number): string => `printf PGDMP; head -c ${megabytes * 1_000_000} /dev/urandom`;
const whole = archive(9);
/** Of one part. */
const small = archive(1);

let directory: string;
let server: PostgresServer;
let runtime: S3Runtime;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'back-up-faults-'));
  chmodSync(directory, 0o755);
  server = await startServer({ directory: join(directory, 'server'), ...access });
  process.env.PGPASSWORD = access.password;
}, 60_000);
afterAll(async () => {
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
  for (const name of Object.keys(connection())) delete process.env[name];
});
beforeEach(async () => {
  Object.assign(process.env, connection());
  runtime = await startS3();
  await runtime.client.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: REGION },
    }),
  );
});

function connection(): Record<string, string> {
  return {
    PGHOST: '127.0.0.1',
    PGPORT: String(server.port),
    PGUSER: access.user,
    PGPASSWORD: access.password,
    PGDATABASE: 'postgres',
  };
}

function settingsWith(ending: string, further: Partial<AgentSettings> = {}): AgentSettings {
  const binaries = mkdtempSync(join(directory, 'programs-'));
  writeFileSync(join(binaries, 'pg_dump'), program(ending), { mode: 0o755 });
  return { ...readSettings({ ...variables, AGENT_POSTGRES_BINARIES: binaries }), ...further };
}

type Fault = 'reset' | 'unavailable' | 'forbidden';

/** Answers `command` with the fault, the first `times` times; the SDK's own retries see it as S3's. */
function clientWith(faults: readonly { readonly command: string; readonly fault: Fault; readonly times: number }[]): {
  readonly client: S3Client;
  readonly seen: readonly string[];
} {
  const client = new S3Client({
    endpoint: runtime.context.endpointUrl(),
    region: REGION,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 2,
  });
  const left = new Map(faults.map(({ command, times }) => [command, times]));
  const seen: string[] = [];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const name = commandName.replace(/Command$/, '');
        seen.push(name);
        const found = faults.find(({ command }) => command === name);
        const times = left.get(name) ?? 0;
        if (found === undefined || times === 0) return await next(args);
        left.set(name, times - 1);
        throw errorOf(found.fault);
      },
    { step: 'finalizeRequest', priority: 'low', name: 'fault' },
  );
  return { client, seen };
}

function errorOf(fault: Fault): Error {
  if (fault === 'reset') return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const [name, httpStatusCode] = fault === 'unavailable' ? ['InternalError', 500] : ['AccessDenied', 403];
  const message = fault === 'unavailable' ? 'try again' : 'the ciphertext refers to a grant that has expired';
  return Object.assign(new Error(message), { name, $fault: 'server', $metadata: { httpStatusCode } });
}

/** Does that after each stored part; and S3 takes its time to end an upload, so that who does not wait for it is seen. */
function afterPart(act: () => Promise<void> | void): S3Client {
  const { client } = clientWith([]);
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'AbortMultipartUploadCommand') await new Promise((resolve) => setTimeout(resolve, 300));
        const result = await next(args);
        if (commandName === 'UploadPartCommand') await act();
        return result;
      },
    { step: 'initialize', name: 'after-part' },
  );
  return client;
}

async function listOpenUploads(): Promise<number> {
  const { Uploads = [] } = await runtime.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return Uploads.length;
}

async function hasManifest(): Promise<boolean> {
  const { Contents = [] } = await runtime.client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.some(({ Key = '' }) => Key.endsWith('manifest.json'));
}

/** No backup, nothing open; and then one. */
async function expectNextRunCompletes(openUploads = 0): Promise<void> {
  expect([await hasManifest(), await listOpenUploads()]).toEqual([false, openUploads]);
  const manifest = await backUp(runtime.client, settingsWith(small), new AbortController().signal);
  const stored = await runtime.client.send(new HeadObjectCommand({ Bucket: bucket, Key: manifest.object.key }));
  expect([stored.ContentLength, manifest.dumpBytes]).toEqual([manifest.object.bytes, 1_000_005]);
  expect([await hasManifest(), await listOpenUploads()]).toEqual([true, 0]);
}

const run = (client: S3Client, settings: AgentSettings, signal = new AbortController().signal) =>
  backUp(client, settings, signal);

describe('S3', () => {
  it.each([
    ['CreateMultipartUpload', 'unavailable'],
    ['UploadPart', 'reset'],
    ['UploadPart', 'unavailable'],
    ['CompleteMultipartUpload', 'reset'],
    ['PutObject', 'unavailable'],
  ] as const)(
    'that fails once at %s (%s) is asked again, and the backup completes',
    async (command, fault) => {
      const { client } = clientWith([{ command, fault, times: 1 }]);
      await run(client, settingsWith(whole));
      expect([await hasManifest(), await listOpenUploads()]).toEqual([true, 0]);
    },
    60_000,
  );

  it.each([
    ['CreateMultipartUpload', 'forbidden', 'a grant that has expired'],
    ['CreateMultipartUpload', 'unavailable', 'try again'],
    ['UploadPart', 'reset', 'socket hang up'],
    ['UploadPart', 'forbidden', 'a grant that has expired'],
    ['CompleteMultipartUpload', 'unavailable', 'try again'],
    ['HeadObject', 'unavailable', 'try again'],
    ['PutObject', 'unavailable', 'try again'],
  ] as const)(
    'that goes on failing at %s (%s) leaves no backup and nothing open',
    async (command, fault, words) => {
      const { client } = clientWith([{ command, fault, times: Infinity }]);
      await expect(run(client, settingsWith(whole))).rejects.toThrow(words);
      await expectNextRunCompletes();
    },
    60_000,
  );

  it('that is away altogether leaves an open upload, which the next run ends', async () => {
    const { client } = clientWith([
      { command: 'UploadPart', fault: 'reset', times: Infinity },
      { command: 'AbortMultipartUpload', fault: 'reset', times: Infinity },
    ]);
    await expect(run(client, settingsWith(whole))).rejects.toThrow('socket hang up');
    await expectNextRunCompletes(1);
  }, 60_000);
});

describe('pg_dump', () => {
  it.each([
    ['writes nothing and ends well', 'exit 0', 'pg_dump wrote nothing although it ended well'],
    ['writes something else', `echo 'no archive'`, 'pg_dump wrote no archive'],
    ['is killed in the middle', `${whole}; kill -9 $$`, 'pg_dump ended with SIGKILL'],
    [
      'has no room left',
      `${whole}; echo 'pg_dump: error: could not extend file: No space left on device' >&2; exit 1`,
      'No space left on device',
    ],
    ['loses its server', `${whole}; echo 'server closed the connection' >&2; exit 1`, 'server closed the connection'],
  ])(
    'that %s makes no backup',
    async (_, ending, words) => {
      await expect(run(runtime.client, settingsWith(ending))).rejects.toThrow(words);
      await expectNextRunCompletes();
    },
    60_000,
  );

  it('that is not there is said to be missing', async () => {
    const settings = { ...settingsWith(whole), binaries: join(directory, 'nowhere') };
    await expect(run(runtime.client, settings)).rejects.toThrow('pg_dump could not be started');
    await expectNextRunCompletes();
  }, 60_000);
});

describe('the agent', () => {
  it('that is asked to stop takes back what is under way', async () => {
    const stop = new AbortController();
    // One part is stored; pg_dump goes on for ever.
    const client = afterPart(() => stop.abort(new Error('the pod is being stopped')));
    await expect(run(client, settingsWith(`${whole}; exec sleep 600`), stop.signal)).rejects.toThrow();
    await expectNextRunCompletes();
  }, 60_000);
});

describe('the database', () => {
  it('that dies during the dump ends it, although pg_dump has noticed nothing', async () => {
    const client = afterPart(() => server.kill());
    const counting = { newestRecordQuery: 'select pg_sleep(600)' };
    await expect(run(client, settingsWith(`${whole}; exec sleep 600`, counting))).rejects.toThrow();
    await expect(run(runtime.client, settingsWith(whole))).rejects.toThrow(/ECONNREFUSED|connect/);
    server = await startServer({ directory: join(directory, 'server'), ...access });
    Object.assign(process.env, connection());
    await expectNextRunCompletes();
  }, 120_000);

  it('that refuses the credentials says so', async () => {
    process.env.PGPASSWORD = 'wrong';
    await expect(run(runtime.client, settingsWith(whole))).rejects.toThrow('password authentication failed');
    Object.assign(process.env, connection());
    await expectNextRunCompletes();
  }, 60_000);
});
