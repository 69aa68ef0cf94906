// A night's backup of the configuration by the deployed parts with IAM and the cluster's roles in force, and what Prometheus then reads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { configurationManifestSchema } from '../../contracts/configuration-backup.ts';
import { letTimePass, startTestSystem, type TestSystem } from './start-test-system.ts';

const planted = 'canary-2b9e77-never-to-be-seen';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem();
}, 120_000);
afterAll(async () => await system.stop());

function plantSecret(namespace: string, name: string, labels: object, data: Record<string, string>): void {
  const registry = system.world.clusters.get('pyairtable-dev')?.registry;
  const type = registry?.types.findKind('v1', 'Secret');
  if (registry === undefined || type === undefined) throw new Error('there is no simulated cluster for dev');
  const values = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  registry.create(type, { metadata: { namespace, name, labels }, type: 'Opaque', data: Object.fromEntries(values) });
}

/** Every file below the folder as text; what is compressed is opened. */
function readEverything(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    .map((content) => (content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content) : content).toString('latin1'))
    .join('\n');
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

it('a night stores names and hashes, keeps the sealing keys, shows no value anywhere, and is measured', async () => {
  plantSecret('pyairtable-dev', 'database', {}, { PGPASSWORD: planted });
  const sealing = { 'sealedsecrets.bitnami.com/sealed-secrets-key': 'active' };
  plantSecret('sealed-secrets', 'sealed-secrets-key1', sealing, { 'tls.crt': 'certificate', 'tls.key': planted });
  const { executionArn } = await system.call<{ executionArn: string }>('sfn', 'StartExecution', {
    stateMachineArn: system.deployment.workflowArns['back-up-configuration'],
    input: JSON.stringify({ request: { environment: 'dev' } }),
  });
  const end = await letTimePass(system, 'the end of back-up-configuration', async () => {
    const found = await system.call<{ status: string; cause?: string }>('sfn', 'DescribeExecution', { executionArn });
    return found.status === 'RUNNING' ? undefined : found;
  });
  expect(end).toMatchObject({ status: 'SUCCEEDED' });

  const { Contents } = await system.call<{ Contents: { Key: string }[] }>('s3', 'ListObjectsV2', {
    Bucket: 'pyairtable-dev-backups',
  });
  const keys = Contents.map(({ Key }) => Key);
  const Key = keys.find((key) => key.endsWith('manifest.json'));
  const { Body } = await system.call<{ Body: AsyncIterable<Uint8Array> }>('s3', 'GetObject', {
    Bucket: 'pyairtable-dev-backups',
    Key,
  });
  const manifest = configurationManifestSchema.parse(JSON.parse(await textOf(Body)));
  const secrets = manifest.files.find(
    ({ namespace, resource }) => `${namespace}/${resource}` === 'pyairtable-dev/secrets',
  );
  expect(secrets?.objects).toBeGreaterThan(0);
  expect(manifest.files.find(({ resource }) => resource === 'applications.argoproj.io')).toBeDefined();
  expect(keys.some((key) => /^sealing-keys\/\d+_\d+\/sealed-secrets-key1\.json$/.test(key))).toBe(true);

  // Bucket, ledger, logs, events, executions: everything that AWS keeps lies below this folder.
  await system.runtime.context.store.flush();
  const everything = readEverything(join(system.stateDirectory, 'aws'));
  expect(everything).toContain('PGPASSWORD');
  expect(everything).not.toContain(planted);
  expect(everything).not.toContain(Buffer.from(planted).toString('base64').slice(0, 32));

  // The completed backup is followed to the recovery region by itself.
  const { Item } = await letTimePass(
    system,
    'the arrival of the backup in the recovery region',
    async () => {
      const found = await system.call<{ Item?: Record<string, { S?: string }> }>('dynamodb', 'GetItem', {
        TableName: system.deployment.ledgerTableName,
        Key: { pk: { S: 'REPLICATION#configuration' }, sk: { S: 'dev/configuration' } },
      });
      return found.Item?.reason?.S?.startsWith('the newest backup in the recovery region') ? found : undefined;
    },
    10_000,
  );
  expect(Item?.state).toEqual({ S: 'in-time' });

  const address = `${system.deployment.apiUrl}/metrics`;
  expect((await fetch(address)).status).toBe(401);
  const { metricsToken } = JSON.parse(readFileSync(join(system.stateDirectory, 'credentials.json'), 'utf8'));
  const text = await letTimePass(
    system,
    'the watchdog’s next round',
    async () => {
      const answer = await fetch(address, { headers: { authorization: `Bearer ${metricsToken}` } });
      const body = await answer.text();
      return body.includes('automation_job_last_success_timestamp_seconds{job_name="back-up-configuration"}')
        ? body
        : undefined;
    },
    60_000,
  );
  expect(text).toContain('automation_job_condition{job_name="back-up-configuration",condition="healthy"} 1');
  expect(text).toContain(`measure="objects"} ${manifest.objects}`);
}, 120_000);
