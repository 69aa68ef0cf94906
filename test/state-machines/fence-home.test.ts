// Runs the paths of fence-home on the local engine: it waits for a region that is gone, fences what can be reached, and says so.
import { afterEach, expect, it } from '@jest/globals';
import { type HomeFence, planHomeFencesTask, recordHomeFencesTask } from '../../contracts/workflows/fence-home.ts';
import { readRecoveryJobTask, startRecoveryJobTask } from '../../contracts/workflows/recovery-drill.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  'plan-home-fences': planHomeFencesTask,
  'record-home-fences': recordHomeFencesTask,
  'start-recovery-job': startRecoveryJobTask,
  'read-recovery-job': readRecoveryJobTask,
};
type Stubs = Record<keyof typeof contracts, Stub>;

const backup = {
  ...{ backupId: 'prod.pyairtable.dump.1', environment: 'prod', database: 'pyairtable' },
  ...{ bucket: 'replica', prefix: 'database/1/pyairtable/', tier: 'daily' as const },
  keepUntil: '2026-12-24T02:00:00.000Z',
};
const fenceOf = (database: string): HomeFence => ({
  ...{ environment: 'prod', database, failOverId: 'prod.move', replaces: [`fence-${database}`] },
  fence: { command: 'fence-database', site: 'primary', backup, job: `fence-${database}`, databaseBeside: 'beside' },
});

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());
/** `left` as the ledger holds them. */
const open = async (left: HomeFence[], changed: Partial<Stubs> = {}): Promise<void> => {
  const stubs: Stubs = {
    'plan-home-fences': () => ({ fences: left, reason: '' }),
    'record-home-fences': ({ fenced }) => {
      const done = (fenced as HomeFence[]).map(({ database }) => database);
      left.splice(0, left.length, ...left.filter(({ database }) => !done.includes(database)));
      return { recorded: done, reason: '' };
    },
    'start-recovery-job': ({ job }) => ({ job }),
    'read-recovery-job': () => ({ status: 'succeeded', reason: '', waitSeconds: 2 }),
  };
  machine = await openStateMachine('fence-home', contracts, { ...stubs, ...changed });
};
const recorded = () =>
  machine.calls
    .filter(({ name }) => name === 'record-home-fences')
    .map(({ input }) => (input.fenced as HomeFence[]).map(({ database }) => database));
const gone: Stub = () => {
  throw new FunctionFailure('ForbiddenError', 'no route to the cluster');
};

it('does nothing after a fail-over that has fenced everything itself', async () => {
  await open([]);
  expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'fenced' } });
  expect(machine.calls.map(({ name }) => name)).toEqual(['plan-home-fences']);
});

it('asks a region that is gone again, and fences as soon as it answers', async () => {
  let tries = 0;
  await open([fenceOf('pyairtable')], {
    'start-recovery-job': (input, harness) => {
      tries += 1;
      return tries < 4 ? gone(input, harness) : { job: input.job };
    },
  });
  expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'fenced' } });
  expect(recorded()).toEqual([['pyairtable']]);
  // The try before may have left its Job behind.
  expect(machine.calls.find(({ name }) => name === 'start-recovery-job')?.input).toMatchObject({
    ...{ command: 'fence-database', site: 'primary', replaces: ['fence-pyairtable'] },
  });
});

it.each<[string, Stub]>([
  ['whose Job fails', () => ({ status: 'failed', reason: '', waitSeconds: 2 })],
  ['whose Job does not end', () => ({ status: 'running', reason: '', waitSeconds: 2 })],
  ['whose Job nobody can look at', gone],
])('is not kept from one database by another %s', async (_, read) => {
  let rounds = 0;
  await open([fenceOf('a'), fenceOf('b')], {
    'start-recovery-job': ({ job }) => {
      if (job === 'fence-a') rounds += 1;
      return { job };
    },
    'read-recovery-job': (input, harness) =>
      input.job === 'fence-a' && rounds < 2
        ? read(input, harness)
        : { status: 'succeeded', reason: '', waitSeconds: 2 },
  });
  expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'fenced' } });
  expect(recorded()).toEqual([['b'], ['a']]);
});

it('fails after hours, so that people hear of it', async () => {
  await open([], { 'plan-home-fences': gone });
  const startedAt = machine.services.clock.now();
  expect(await machine.run({})).toMatchObject({ status: 'FAILED', error: 'HomeNotFenced' });
  expect(machine.services.clock.now() - startedAt).toBeGreaterThanOrEqual(59 * 300_000);
});

it('goes on when what it has done cannot be written down, and when the ledger does not answer', async () => {
  let [plans, records] = [0, 0];
  const left = [fenceOf('pyairtable')];
  await open(left, {
    'plan-home-fences': (input, harness) => {
      plans += 1;
      return plans === 1 ? gone(input, harness) : { fences: left, reason: '' };
    },
    'record-home-fences': (input, harness) => {
      records += 1;
      if (records === 1) return gone(input, harness);
      left.pop();
      return { recorded: ['prod/pyairtable'], reason: '' };
    },
  });
  expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
  expect([plans, records]).toEqual([4, 2]);
});

it('does not begin at once after one that was cut off: one that fails at once would fail without end', async () => {
  await open([]);
  const startedAt = machine.services.clock.now();
  await machine.run({ detail: { executionArn: 'arn:earlier', status: 'FAILED' } });
  expect(machine.services.clock.now() - startedAt).toBeGreaterThanOrEqual(300_000);
});
