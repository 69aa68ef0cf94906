// ECR through the SDK's own client: what the recovery region misses is sent there, and its API is entered by a token.

import { readFileSync } from 'node:fs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { describe, expect, it } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { parse } from 'yaml';
import { configurationSchema } from '../../../config/schema.ts';
import { createEcrCredentials } from '../../../lambdas/adapters/ecr-credentials.ts';
import { createEcrImages, startBackfill } from '../../../lambdas/adapters/ecr-images.ts';
import { createRunningImages } from '../../../lambdas/adapters/running-images.ts';
import { RegistryAccess } from '../../../lib/constructs/registry-access.ts';
import { createEcrModule } from '../../../local/services/ecr/module.ts';
import { openRuntime } from '../../local/services/service-runtime.ts';

const [here, there] = ['eu-central-1', 'eu-west-1'];
const account = '111122223333';
const image = `${account}.dkr.ecr.${here}.amazonaws.com/pyairtable/frontend`;

/** Our configuration, with its images in ECR. */
function inEcr(registry: object = {}, replace = `${account}.dkr.ecr.${here}.amazonaws.com`) {
  const text = readFileSync('config/pyairtable.yaml', 'utf8').replaceAll(
    'image: ghcr.io/pyairtable/',
    `image: ${replace}/pyairtable/`,
  );
  const raw = parse(text);
  raw.backups.image = 'ghcr.io/pyairtable/backup-agent:0.1.0';
  raw.registry = { ...raw.registry, kind: 'ecr', ...registry };
  return configurationSchema.safeParse(raw);
}

async function open() {
  const runtime = await openRuntime([createEcrModule]);
  const endpoint = await runtime.listen();
  await runtime.start();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const clientOf = (region: string) => new ECRClient({ endpoint, region, credentials, maxAttempts: 1 });
  const registryId = runtime.context.accountId;
  const call = (operation: string, input: object) => runtime.call<never>('ecr', operation, input, { region: here });
  await call('CreateRepository', { repositoryName: 'pyairtable/frontend' });
  const { image: put } = await call('PutImage', { repositoryName: 'pyairtable/frontend', imageManifest: '{"a":1}' });
  await call('PutReplicationConfiguration', {
    replicationConfiguration: { rules: [{ destinations: [{ region: there, registryId }] }] },
  });
  const { imageDigest: digest } = (put as { imageId: { imageDigest: string } }).imageId;
  return { runtime, clientOf, digest, registryId };
}

describe('an image that runs', () => {
  it('and is missing in the recovery region is sent there once, and then is there', async () => {
    const { runtime, clientOf, digest, registryId } = await open();
    const records = [{ service: 'frontend', image, digest, finishedAt: '2026-12-05T10:00:00.000Z' }];
    const ledger = { list: async () => records } as never;
    const resend = () => startBackfill(clientOf(here), { region: there, registryId });
    const list = createRunningImages(ledger, createEcrImages(clientOf(there)), resend);
    expect(await list('prod')).toMatchObject([{ isThere: false, isResent: true }]);
    expect(await list('prod')).toMatchObject([{ isThere: false, isResent: false }]);
    await runtime.clock.advance(5 * 60_000);
    expect(await list('prod')).toEqual([
      { service: 'frontend', digest, since: '2026-12-05T10:00:00.000Z', isThere: true },
    ]);
    const hasHere = createEcrImages(clientOf(here));
    expect([await hasHere(image, digest), await hasHere(image, `sha256:${'0'.repeat(64)}`)]).toEqual([true, false]);
    expect(await hasHere(`${account}.dkr.ecr.${here}.amazonaws.com/none`, digest)).toBe(false);
  });
});

it('the token by which the registry is entered is asked for once in twelve hours, or when it was refused', async () => {
  const { clientOf } = await open();
  let now = Date.now();
  const reader = createEcrCredentials(clientOf(here), { now: () => now, sleep: async () => undefined });
  const first = await reader.read();
  expect(first).toMatchObject({ username: 'AWS', password: expect.stringMatching(/^.{40,}$/) });
  expect(await reader.read()).toEqual(first);
  expect(await reader.read({ refresh: true })).not.toEqual(first);
  const second = await reader.read();
  now += 12 * 3_600_000;
  expect(await reader.read()).not.toEqual(second);
});

describe('the configuration', () => {
  it('takes images of ECR, and refuses those of another registry', () => {
    expect(inEcr().success).toBe(true);
    const { error } = inEcr({}, 'ghcr.io');
    expect(error?.issues[0]?.message).toMatch(/must be <account>\.dkr\.ecr\.eu-central-1\.amazonaws\.com/);
  });

  it.each([
    ['the repositories of the services alone', { setsReplication: true }, 1],
    ['and leaves the setting of the registry alone unless it is told to', {}, 0],
  ])('gives a function %s', (_, registry, settings) => {
    const { data } = inEcr(registry);
    if (data === undefined) throw new Error('the configuration is refused');
    const stack = new Stack(new App(), 'Test', { env: { account, region: here } });
    const access = new RegistryAccess(stack, 'Registry', { configuration: data });
    const code = Code.fromInline('exports.handler = () => 1');
    const grantee = new LambdaFunction(stack, 'F', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code });
    access.grantPull(grantee);
    access.grantReplication(grantee);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ECR::ReplicationConfiguration', settings);
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
    const statements = policy?.Properties.PolicyDocument.Statement as {
      Action: string | string[];
      Resource: unknown;
    }[];
    const whole = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    expect(whole.toSorted()).toEqual(['ecr:GetAuthorizationToken', 'ecr:StartReplicationBackfill']);
    const of = (region: string) =>
      statements
        .filter(({ Resource }) => JSON.stringify(Resource).includes(`ecr:${region}:${account}:repository/pyairtable/`))
        .flatMap(({ Action }) => Action);
    expect([of(here), of(there)]).toEqual([['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], ['ecr:BatchGetImage']]);
  });
});
