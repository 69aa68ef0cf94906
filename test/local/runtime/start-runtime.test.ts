// A runtime on a small assembly: what it serves, how it ends, and what it finds again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { App, CfnOutput, CfnResource, Stack, aws_ssm as ssm } from 'aws-cdk-lib';
import { operatorOf } from '../../../local/runtime/service.ts';
import { type Runtime, startRuntime } from '../../../local/runtime/start-runtime.ts';
import type { Activity } from '../../../local/trace/trace.ts';

process.env.CDK_VALIDATION = 'false';
const MAIN = fileURLToPath(new URL('../../../local/main.ts', import.meta.url));

let directory: string;
let runtimes: Runtime[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'runtime-'));
  const app = new App({ outdir: join(directory, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Settings');
  const parameter = new ssm.StringParameter(stack, 'Greeting', { parameterName: '/greeting', stringValue: 'hello' });
  new CfnOutput(stack, 'Name', { value: parameter.parameterName });
  app.synth();
});
afterEach(async () => {
  await Promise.all(runtimes.map((runtime) => runtime.stop()));
  runtimes = [];
  await rm(directory, { recursive: true });
});

async function start(): Promise<Runtime> {
  const runtime = await startRuntime({
    assemblyDirectory: join(directory, 'cdk.out'),
    stateDirectory: join(directory, 'state'),
    port: 0,
    region: 'eu-west-1',
  });
  runtimes.push(runtime);
  return runtime;
}

function configurationFor({ endpointUrl }: { endpointUrl: string }) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint: endpointUrl, region: 'eu-west-1', credentials, maxAttempts: 1 };
}

function control(runtime: Runtime, path: string, init?: RequestInit): Promise<Response> {
  return fetch(`${runtime.endpointUrl}/_local/${path}`, init);
}

describe('runtime', () => {
  it('serves the resources of the assembly to SDK clients and tells about them', async () => {
    const runtime = await start();
    const client = new SSMClient(configurationFor(runtime));
    expect((await client.send(new GetParameterCommand({ Name: '/greeting' }))).Parameter?.Value).toBe('hello');
    expect(runtime.outputs('Settings')).toEqual({ Name: '/greeting' });
    expect(runtime.resource('Settings', await firstLogicalId(runtime))).toEqual({
      type: 'AWS::SSM::Parameter',
      physicalId: '/greeting',
    });
    expect(() => runtime.resource('Settings', 'Nothing')).toThrow(/has no resource "Nothing": there are Greeting/);
    expect(() => runtime.outputs('Nothing')).toThrow(/no stack "Nothing": there are Settings/);
    const identity = await new STSClient(configurationFor(runtime)).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/operator' });
  });

  it('has every resource, and is not ready yet, when it lets others start before interrupted work goes on', async () => {
    const seen: unknown[] = [];
    const runtime = await startRuntime({
      assemblyDirectory: join(directory, 'cdk.out'),
      stateDirectory: join(directory, 'state'),
      port: 0,
      region: 'eu-west-1',
      async beforeResumption({ context, endpointUrl }) {
        const call = { service: 'ssm', operation: 'GetParameter', input: { Name: '/greeting' }, region: 'eu-west-1' };
        const { Parameter } = await context.call<{ Parameter: { Value: string } }>({
          ...call,
          principal: operatorOf(context),
        });
        const { state } = (await (await fetch(`${endpointUrl}/_local/status`)).json()) as { state: string };
        seen.push(Parameter.Value, state);
      },
    });
    runtimes.push(runtime);
    expect(seen).toEqual(['hello', 'starting']);
  });

  it('finds its state and its time again after a stop', async () => {
    const first = await start();
    await new SSMClient(configurationFor(first)).send(
      new PutParameterCommand({ Name: '/own', Value: 'mine', Type: 'String' }),
    );
    await first.context.clock.advance(86_400_000);
    await first.stop();
    const second = await start();
    expect(
      (await new SSMClient(configurationFor(second)).send(new GetParameterCommand({ Name: '/own' }))).Parameter?.Value,
    ).toBe('mine');
    expect(second.context.clock.offset()).toBeGreaterThan(86_000_000);
  });

  it('refuses a state directory that is in use', async () => {
    await start();
    await expect(start()).rejects.toThrow(/is running on .*state/);
  });

  it('leaves nothing behind when the assembly cannot be run', async () => {
    const app = new App({ outdir: join(directory, 'odd'), analyticsReporting: false });
    new CfnResource(new Stack(app, 'Odd'), 'Cluster', { type: 'AWS::Redshift::Cluster' });
    app.synth();
    const options = { assemblyDirectory: join(directory, 'odd'), stateDirectory: join(directory, 'state'), port: 0 };
    await expect(startRuntime(options)).rejects.toThrow(/resource type AWS::Redshift::Cluster of "Cluster"/);
    await start();
  });

  it('answers the control API', async () => {
    const runtime = await start();
    expect(await (await control(runtime, 'status')).json()).toMatchObject({
      state: 'ready',
      region: 'eu-west-1',
      accountId: '123456789012',
      stacks: ['Settings'],
    });
    expect(await (await control(runtime, 'resources')).json()).toMatchObject({
      resources: [{ stack: 'Settings', type: 'AWS::SSM::Parameter', physicalId: '/greeting' }],
    });
    const before = runtime.context.clock.now();
    const advanced = await control(runtime, 'clock/advance', { method: 'POST', body: '{"milliseconds":3600000}' });
    expect(Date.parse(((await advanced.json()) as { now: string }).now)).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(
      ((await (await control(runtime, 'clock')).json()) as { offsetMilliseconds: number }).offsetMilliseconds,
    ).toBe(runtime.context.clock.offset());
    expect((await control(runtime, 'nothing')).status).toBe(404);
  });

  it.each(['{"milliseconds":-1}', '{"milliseconds":"1"}', '{}', 'not JSON'])(
    'refuses to advance the clock by %s',
    async (body) => {
      const runtime = await start();
      const offset = runtime.context.clock.offset();
      expect((await control(runtime, 'clock/advance', { method: 'POST', body })).status).toBe(400);
      expect(runtime.context.clock.offset()).toBe(offset);
    },
  );

  it('streams activities as they happen', async () => {
    const runtime = await start();
    const response = await control(runtime, 'activities?recent=true');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    runtime.context.trace.record({ service: 'test', name: 'something-happened', subject: 's', details: { n: 1 } });
    while (!text.includes('something-happened')) text += (await reader.read()).value;
    const activities = text
      .split('\n\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line.replace('data: ', '')) as Activity);
    expect(activities.map(({ name }) => name)).toEqual(expect.arrayContaining(['ready', 'something-happened']));
    await reader.cancel();
  });

  it('does not let a page of another site control it', async () => {
    const runtime = await start();
    const foreign = await control(runtime, 'stop', { method: 'POST', headers: { origin: 'https://example.com' } });
    expect(foreign.status).toBe(403);
    expect((await control(runtime, 'status')).status).toBe(200);
  });

  it('runs as a program, ends on request, and survives being killed', async () => {
    const child = startProgram();
    const endpointUrl = await readEndpointUrl(child);
    const client = new SSMClient(configurationFor({ endpointUrl }));
    await client.send(new PutParameterCommand({ Name: '/own', Value: 'acknowledged', Type: 'String' }));
    child.kill('SIGKILL');
    await once(child, 'exit');

    const again = startProgram();
    const againUrl = await readEndpointUrl(again);
    const found = await new SSMClient(configurationFor({ endpointUrl: againUrl })).send(
      new GetParameterCommand({ Name: '/own' }),
    );
    expect(found.Parameter?.Value).toBe('acknowledged');
    const stopped = once(again, 'exit');
    expect((await fetch(`${againUrl}/_local/stop`, { method: 'POST' })).status).toBe(202);
    expect(await stopped).toEqual([0, null]);

    const third = startProgram();
    await readEndpointUrl(third);
    third.kill('SIGTERM');
    expect(await once(third, 'exit')).toEqual([0, null]);
    await expect(readFile(join(directory, 'state', 'lock'))).rejects.toThrow(/ENOENT/);
  }, 30_000);
});

async function firstLogicalId(runtime: Runtime): Promise<string> {
  const { resources } = (await (await control(runtime, 'resources')).json()) as { resources: { logicalId: string }[] };
  return resources[0]!.logicalId;
}

function startProgram() {
  const parameters = [
    '--assembly',
    join(directory, 'cdk.out'),
    '--state',
    join(directory, 'state'),
    '--port',
    '0',
    '--region',
    'eu-west-1',
  ];
  return spawn(process.execPath, [MAIN, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function readEndpointUrl(child: ReturnType<typeof startProgram>): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    const [, url] = /AWS_ENDPOINT_URL=(\S+)\n/.exec(output) ?? [];
    if (url) return url;
  }
  throw new Error(`the program ended: ${output}`);
}
