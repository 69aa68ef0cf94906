import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { findKubectl } from './find-kubectl.ts';
import { buildDeployment, startTestCluster, type TestCluster } from './start-test-cluster.ts';

const run = promisify(execFile);
const command = findKubectl();
let test: TestCluster;

// Without kubectl there is nothing to try; the API itself is tested through the official client.
const describeWithKubectl = command ? describe : describe.skip;

async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run(command ?? '', ['--namespace', 'shop', ...args], {
    env: { PATH: process.env.PATH, HOME: test.directory, KUBECONFIG: test.cluster.kubeconfigPath },
  });
  return stdout.trim();
}

async function writeManifest(name: string, ...objects: object[]): Promise<string> {
  const path = join(test.directory, `${name}.yaml`);
  await writeFile(path, objects.map((object) => stringify(object)).join('---\n'));
  return path;
}

describeWithKubectl('kubectl', () => {
  beforeAll(async () => {
    test = await startTestCluster({ timePasses: true });
    test.cluster.registerJobImage('registry.test/shell', { command: '/bin/sh', args: ['-c'] });
  });
  afterAll(() => test.stop());

  it('applies a deployment, waits for it and sees it unchanged the second time', async () => {
    const file = await writeManifest('web', buildDeployment('web', 'registry.test/web:1'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
    });
    expect(await kubectl('apply', '-f', file)).toBe('deployment.apps/web created\nservice/web created');
    expect(await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')).toContain('successfully rolled out');
    expect(await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=20s')).toBe(
      'deployment.apps/web condition met',
    );
    expect(await kubectl('apply', '-f', file)).toBe('deployment.apps/web unchanged\nservice/web unchanged');
    expect(await kubectl('diff', '-f', file)).toBe('');
  });

  it('gets tables, names, JSON paths and selections', async () => {
    expect(await kubectl('get', 'deployment', 'web', '--no-headers')).toMatch(/^web\s+2\/2\s+2\s+2\s+\d+s$/);
    expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).toMatch(/^pod\/web-\S+\npod\/web-\S+$/);
    expect(await kubectl('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')).toBe(
      'registry.test/web:1',
    );
    expect(await kubectl('get', 'pods', '--field-selector', 'status.phase=Pending', '-o', 'name')).toBe('');
  });

  it('reaches the pods through the proxy of their service', async () => {
    const answer = JSON.parse(
      await kubectl('get', '--raw', '/api/v1/namespaces/shop/services/web:http/proxy/status?x=1'),
    ) as object;
    expect(answer).toMatchObject({ service: 'web', version: '1', image: 'registry.test/web:1', path: '/status' });
  });

  it('scales, patches and labels', async () => {
    await kubectl('scale', 'deployment/web', '--replicas=1');
    expect(await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')).toContain('successfully rolled out');
    await kubectl(
      'patch',
      'deployment',
      'web',
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/progressDeadlineSeconds","value":90}]',
    );
    await kubectl('patch', 'deployment', 'web', '-p', '{"spec":{"revisionHistoryLimit":3}}');
    await kubectl('label', 'deployment', 'web', 'team=a');
    expect(await kubectl('get', 'deploy', '-l', 'team=a', '-o', 'jsonpath={.items[0].spec.revisionHistoryLimit}')).toBe(
      '3',
    );
  });

  it('applies on the server side and in a dry run', async () => {
    const file = await writeManifest('server', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'server' },
      data: { a: '1' },
    });
    expect(await kubectl('apply', '--server-side', '--dry-run=server', '-f', file)).toBe(
      'configmap/server serverside-applied (server dry run)',
    );
    expect(await kubectl('get', 'configmap', 'server', '--ignore-not-found')).toBe('');
    expect(await kubectl('apply', '--server-side', '-f', file)).toBe('configmap/server serverside-applied');
  });

  it('rolls a release out and back', async () => {
    await kubectl('set', 'image', 'deployment/web', 'web=registry.test/web:2');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s');
    await kubectl('rollout', 'undo', 'deployment/web');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s');
    expect(await kubectl('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')).toBe(
      'registry.test/web:1',
    );
    expect(await kubectl('rollout', 'history', 'deployment/web', '--revision=3')).toContain('registry.test/web:1');
  });

  it('runs a job and reads its log', async () => {
    await kubectl('create', 'job', 'hello', '--image=registry.test/shell:1', '--', 'echo from the shell');
    expect(await kubectl('wait', '--for=condition=Complete', 'job/hello', '--timeout=20s')).toBe(
      'job.batch/hello condition met',
    );
    expect(await kubectl('logs', 'job/hello')).toBe('from the shell');
  });

  it('describes a deployment with its events', async () => {
    expect(await kubectl('describe', 'deployment', 'web')).toMatch(/ScalingReplicaSet/);
  });

  it('deletes and waits until it is gone', async () => {
    expect(await kubectl('delete', 'deployment', 'web', '--cascade=foreground', '--timeout=20s')).toContain('deleted');
    expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).toBe('');
    await kubectl('create', 'namespace', 'temporary');
    await kubectl('create', 'configmap', 'inside', '-n', 'temporary');
    expect(await kubectl('delete', 'namespace', 'temporary', '--timeout=20s')).toContain('deleted');
  });

  it('is told what is not there in the words it knows', async () => {
    await expect(kubectl('get', 'deployment', 'none')).rejects.toThrow(
      'Error from server (NotFound): deployments.apps "none" not found',
    );
  });
});
