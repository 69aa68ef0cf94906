import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CoreV1Api } from '@kubernetes/client-node';
import {
  configMaps,
  cronJobs,
  jobs,
  pods,
  secrets,
} from '../../../../../local/world/kubernetes/resources/built-in-types.ts';
import type { Job, Pod } from '../../../../../local/world/kubernetes/resources/workload-types.ts';
import { startTestCluster, type TestCluster } from '../start-test-cluster.ts';

let test: TestCluster;
beforeAll(async () => {
  test = await startTestCluster({ timePasses: true });
  test.cluster.registerJobImage('registry.test/node', { command: process.execPath, args: ['-e'] });
});
afterAll(() => test.stop());

const script = (
  name: string,
  code: string,
  spec: Record<string, unknown> = {},
  container: Record<string, unknown> = {},
) =>
  test.cluster.registry.create<Job>(jobs, {
    metadata: { name, namespace: 'shop' },
    spec: {
      backoffLimit: 0,
      ...spec,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'main', image: 'registry.test/node:24', args: [code], ...container }],
        },
      },
    },
  });
const get = (name: string) => test.cluster.registry.get<Job>(jobs, 'shop', name);
const conditionsOf = (name: string) =>
  (get(name).status?.conditions ?? []).map(({ type, reason }) => ({ type, reason }));
const podsOf = (name: string) =>
  test.cluster.registry.list<Pod>(pods, 'shop').filter((pod) => pod.metadata.labels?.['job-name'] === name);
const logOf = (name: string) =>
  test.kubeConfig
    .makeApiClient(CoreV1Api)
    .readNamespacedPodLog({ name: podsOf(name)[0]!.metadata.name, namespace: 'shop' });

describe('a job', () => {
  it('runs a real process with its environment, completes and keeps its log', async () => {
    test.cluster.registry.create(secrets, {
      metadata: { name: 'db', namespace: 'shop' },
      stringData: { password: 'hunter2' },
    });
    test.cluster.registry.create(configMaps, {
      metadata: { name: 'settings', namespace: 'shop' },
      data: { MODE: 'full' },
    });
    const env = [
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      { name: 'TARGET', value: 'db-$(MODE)' },
    ];
    script(
      'backup',
      'console.log([process.env.MODE, process.env.PASSWORD, process.env.TARGET, process.env.USER])',
      {},
      {
        env,
        envFrom: [{ configMapRef: { name: 'settings' } }],
      },
    );
    await test.clock.advance(5_000);
    expect(conditionsOf('backup')).toEqual([{ type: 'Complete', reason: 'CompletionsReached' }]);
    expect(get('backup').status).toMatchObject({ succeeded: 1 });
    expect(await logOf('backup')).toContain("[ 'full', 'hunter2', 'db-full', undefined ]");
  });

  it('fails when its process fails, after as many retries as allowed', async () => {
    script('failing', 'console.error("no such table"); process.exit(3)', { backoffLimit: 2 });
    await test.clock.advance(120_000);
    expect(conditionsOf('failing')).toEqual([{ type: 'Failed', reason: 'BackoffLimitExceeded' }]);
    expect(get('failing').status).toMatchObject({ failed: 3 });
    expect(podsOf('failing')[0]?.status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(3);
    expect(await logOf('failing')).toContain('no such table');
  });

  it('waits for a secret that is not there yet', async () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'late', key: 'key' } } }];
    script('waiting', 'console.log(process.env.KEY)', {}, { env });
    await test.clock.advance(3_000);
    expect(podsOf('waiting')[0]?.status?.containerStatuses?.[0]?.state.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'secret "late" not found',
    });
    test.cluster.registry.create(secrets, {
      metadata: { name: 'late', namespace: 'shop' },
      stringData: { key: 'here' },
    });
    await test.clock.advance(10_000);
    expect(conditionsOf('waiting')).toEqual([{ type: 'Complete', reason: 'CompletionsReached' }]);
  });

  it('is ended, process and all, when its deadline passes', async () => {
    const started = test.trace.waitFor(
      (activity) => activity.name === 'job-process-started' && activity.subject.includes('/endless-'),
    );
    script('endless', 'setInterval(() => 0, 1000)', { activeDeadlineSeconds: 2 });
    await started;
    await test.trace.waitFor((activity) => activity.name === 'job-failed' && activity.subject.endsWith('/endless'));
    expect(conditionsOf('endless')).toEqual([{ type: 'Failed', reason: 'DeadlineExceeded' }]);
    await test.clock.advance(2_000);
    expect(podsOf('endless')).toEqual([]);
  });

  it('goes with its pods when its time to live after the end is over', async () => {
    script('short-lived', '0', { ttlSecondsAfterFinished: 60 });
    await test.clock.advance(30_000);
    expect(get('short-lived').status?.succeeded).toBe(1);
    await test.clock.advance(60_000);
    expect(test.cluster.registry.find(jobs, 'shop', 'short-lived')).toBeUndefined();
    expect(podsOf('short-lived')).toEqual([]);
  });

  it('of an image without a registered command is simulated', async () => {
    script('simulated', '', {}, { image: 'registry.test/other:1', args: [] });
    script('simulated-failing', '', {}, { image: 'registry.test/other:1-crash', args: [] });
    await test.clock.advance(5_000);
    expect(conditionsOf('simulated')).toEqual([{ type: 'Complete', reason: 'CompletionsReached' }]);
    expect(conditionsOf('simulated-failing')).toEqual([{ type: 'Failed', reason: 'BackoffLimitExceeded' }]);
  });
});

describe('a cron job', () => {
  it('makes a job at each time of its schedule and forgets the old ones', async () => {
    test.cluster.registry.create(cronJobs, {
      metadata: { name: 'hourly', namespace: 'shop' },
      spec: {
        schedule: '0 * * * *',
        successfulJobsHistoryLimit: 2,
        jobTemplate: {
          spec: {
            template: {
              spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.test/other:1' }] },
            },
          },
        },
      },
    });
    await test.clock.advance(5 * 3_600_000);
    const made = test.trace
      .recent()
      .filter((activity) => activity.name === 'job-completed' && activity.subject.includes('/hourly-'));
    expect(made).toHaveLength(5);
    const kept = test.cluster.registry.list<Job>(jobs, 'shop').filter((job) => job.metadata.name.startsWith('hourly-'));
    expect(kept).toHaveLength(2);
  });
});
