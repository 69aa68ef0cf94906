// Base backups by schedule, as CloudNativePG makes them: one at a time, one for what was missed, none while suspended.
import { afterEach, expect, it } from '@jest/globals';
import {
  type Backup,
  findTypes,
  type ScheduledBackup,
} from '../../../../local/world/kubernetes/cloudnative-pg/resources.ts';
import { startTestCluster, type TestCluster } from './start-test-cluster.ts';

const day = 86_400_000;
let test: TestCluster;
afterEach(async () => await test.stop());

/** A server that runs when told, whose backups end when told. */
function createServer() {
  let listener = (): void => undefined;
  let [isUp, taken] = [false, 0];
  let end: (() => Promise<string>) | undefined;
  const take = async (): Promise<string> => {
    taken += 1;
    return `20261124T00000${taken}`;
  };
  return {
    start() {
      isUp = true;
      listener();
    },
    /** From now on each backup is this. */
    answer(next: () => Promise<string>) {
      end = next;
    },
    baseBackups: {
      find: () => (isUp ? (end ?? take) : undefined),
      onStart(next: () => void) {
        listener = next;
      },
    },
  };
}

async function start(spec: Partial<ScheduledBackup['spec']>, options: Parameters<typeof startTestCluster>[0] = {}) {
  const server = createServer();
  test = await startTestCluster({ baseBackups: server.baseBackups, ...options });
  const { registry } = test.cluster;
  const types = findTypes(registry);
  // To one in the morning, of some day.
  await test.clock.advance(day - (test.clock.now() % day) + day / 24);
  registry.create(types.clusters, { metadata: { name: 'orders', namespace: 'shop' }, spec: {} });
  registry.create<ScheduledBackup>(types.schedules, {
    metadata: { name: 'nightly', namespace: 'shop' },
    spec: { schedule: '0 30 1 * * *', cluster: { name: 'orders' }, backupOwnerReference: 'cluster', ...spec },
  });
  await test.clock.advance(1_000);
  const change = (changes: Partial<ScheduledBackup['spec']>) =>
    registry.update<ScheduledBackup>(types.schedules, 'shop', 'nightly', (current) => {
      current.spec = { ...current.spec, ...changes };
    });
  const phases = () => registry.list<Backup>(types.backups, 'shop').map(({ status }) => status?.phase);
  return { server, change, phases, backups: () => registry.list<Backup>(types.backups, 'shop') };
}

it('takes the first one as soon as the server runs, and then one a night', async () => {
  const { server, phases, backups } = await start({ immediate: true });
  expect(phases()).toEqual(['pending']);
  server.start();
  await test.clock.advance(2 * day);
  const [first, second, third] = backups();
  expect(phases()).toEqual(['completed', 'completed', 'completed']);
  expect(first).toMatchObject({
    metadata: {
      labels: { 'cnpg.io/cluster': 'orders', 'cnpg.io/immediateBackup': 'true', 'cnpg.io/scheduled-backup': 'nightly' },
      ownerReferences: [{ kind: 'Cluster', name: 'orders' }],
    },
    status: { backupId: '20261124T000001', serverName: 'orders' },
  });
  expect([second, third].map((backup) => backup?.metadata.name)).toEqual([
    expect.stringMatching(/^nightly-\d{8}013000$/),
    expect.stringMatching(/^nightly-\d{8}013000$/),
  ]);
  const [schedule] = test.cluster.registry.list<ScheduledBackup>(findTypes(test.cluster.registry).schedules, 'shop');
  const { lastScheduleTime = '', nextScheduleTime = '' } = schedule?.status ?? {};
  expect(Date.parse(nextScheduleTime) - Date.parse(lastScheduleTime)).toBe(day);
});

it('takes none while another is at work, and one for all that were due meanwhile', async () => {
  const { server, phases } = await start({});
  expect(phases()).toEqual([]);
  // The server is away when the first is due, and for two nights more.
  await test.clock.advance(3 * day);
  expect(phases()).toEqual(['pending']);
  server.start();
  await test.clock.advance(60_000);
  expect(phases()).toEqual(['completed', 'completed']);
});

it('takes none while it is suspended, and makes up for one', async () => {
  const { server, change, phases } = await start({ suspend: true });
  server.start();
  await test.clock.advance(day);
  expect(phases()).toEqual([]);
  change({ suspend: false });
  await test.clock.advance(day);
  expect(phases()).toEqual(['completed']);
  change({ suspend: true });
  await test.clock.advance(3 * day);
  expect(phases()).toEqual(['completed']);
  change({ suspend: false });
  await test.clock.advance(1_000);
  expect(phases()).toEqual(['completed', 'completed']);
});

it('says why one failed, and goes on with the next', async () => {
  const { server, phases, backups } = await start({});
  server.start();
  server.answer(async () => Promise.reject(new Error('the bucket is away')));
  await test.clock.advance(day);
  expect(backups()[0]?.status).toMatchObject({ phase: 'failed', error: 'the bucket is away' });
  server.answer(async () => 'later');
  await test.clock.advance(day);
  expect(phases()).toEqual(['failed', 'completed']);
});

it('gives one up that was under way when everything was killed', async () => {
  const { server, backups } = await start({});
  const { registry } = test.cluster;
  const { backups: type } = findTypes(registry);
  registry.create<Backup>(type, {
    metadata: { name: 'by-hand', namespace: 'shop' },
    spec: { cluster: { name: 'orders' } },
  });
  registry.update<Backup>(
    type,
    'shop',
    'by-hand',
    (current) => {
      current.status = { phase: 'running' };
    },
    { subresource: 'status' },
  );
  server.start();
  await test.clock.advance(1_000);
  expect(backups()[0]?.status).toMatchObject({ phase: 'failed', error: 'the instance that took it was restarted' });
});
