// Runs the paths of recovery-drill on the local engine; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  planDrillTask,
  readRecoveryJobTask,
  scoreDrillTask,
  settleDrillTask,
  startRecoveryJobTask,
  stopDrillJobsTask,
} from '../../contracts/workflows/recovery-drill.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  'plan-drill': planDrillTask,
  'start-recovery-job': startRecoveryJobTask,
  'read-recovery-job': readRecoveryJobTask,
  'score-drill': scoreDrillTask,
  'stop-drill-jobs': stopDrillJobsTask,
  'settle-drill': settleDrillTask,
};
const backup = {
  ...{ backupId: 'prod.pyairtable.dump.20261124_020000', environment: 'prod', database: 'pyairtable' },
  ...{ bucket: 'pyairtable-prod-backups-replica', prefix: 'database/20261124_020000/pyairtable/' },
  ...{ tier: 'daily' as const, keepUntil: '2026-12-24T02:00:00.000Z' },
};
const plan = {
  ...{ drillId: 'drill-1', environments: ['prod'], startedAt: '2026-11-24T07:00:00.000Z', actor: 'ada-release' },
  ...{
    sweepOnly: false,
    bucket: 'pyairtable-prod-backups-replica',
    key: 'drills/1/scorecard',
    abandoned: [],
    missing: [],
  },
  restores: [
    {
      ...{ command: 'restore', job: 'drill-1', backup, databaseBeside: 'pyairtable_drill_1' },
      takenAt: '2026-11-24T02:00:00.000Z',
      why: 'the newest',
    },
  ],
  sweeps: [{ command: 'sweep-drills', job: 'sweep-1', backup, databaseBeside: 'pyairtable_drill_' }],
};
const stubs: Record<keyof typeof contracts, Stub> = {
  'plan-drill': ({ request }) => {
    const { sweepOnly = false } = (request ?? {}) as { sweepOnly?: boolean };
    return { outcome: 'planned', reason: 'restores it', plan: { ...plan, sweepOnly } };
  },
  'start-recovery-job': ({ job }) => ({ job }),
  'read-recovery-job': () => ({ status: 'succeeded', reason: '', waitSeconds: 2 }),
  'score-drill': () => ({ scores: [] }),
  'stop-drill-jobs': () => ({ removed: ['Job drill-1'], left: [] }),
  'settle-drill': ({ failure, plan: planned }) => {
    const { sweepOnly } = planned as typeof plan;
    const outcome = failure === undefined ? (sweepOnly ? 'swept' : 'passed') : 'failed';
    return { outcome, reason: String(failure ?? 'as it should'), restores: 1 };
  },
};

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());
const open = async (changed: Partial<typeof stubs> = {}): Promise<void> => {
  machine = await openStateMachine('recovery-drill', contracts, { ...stubs, ...changed });
};
const refuse = (name: string): Stub => {
  return () => {
    throw new FunctionFailure(name, 'the cluster refuses');
  };
};
const names = () => machine.calls.map(({ name }) => name);
const startedCommands = () =>
  machine.calls.filter(({ name }) => name === 'start-recovery-job').map(({ input }) => input.command);

describe('recovery-drill', () => {
  it('restores, judges, and sweeps before it settles', async () => {
    await open();
    expect(await machine.run({ scheduledFor: '2026-12-01T07:00:00Z' })).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'passed', drillId: 'drill-1' },
    });
    expect(names()).toEqual([
      ...['plan-drill', 'start-recovery-job', 'read-recovery-job', 'score-drill'],
      ...['stop-drill-jobs', 'start-recovery-job', 'read-recovery-job', 'settle-drill'],
    ]);
    expect(machine.calls.at(-1)?.input).toMatchObject({
      stopped: ['Job drill-1'],
      sweeps: [{ job: 'sweep-1', environment: 'prod', status: 'succeeded' }],
    });
  });

  it('hands every restore to the judge with the times between which it ran', async () => {
    let looks = 0;
    await open({
      'read-recovery-job': () => {
        looks += 1;
        return { status: looks < 3 ? 'running' : 'succeeded', reason: '', waitSeconds: 30 };
      },
    });
    await machine.run({});
    const judged = machine.calls.find(({ name }) => name === 'score-drill')?.input.restores as Record<string, string>[];
    expect(judged).toHaveLength(1);
    const [{ startedAt = '', finishedAt = '' } = {}] = judged;
    expect(Date.parse(finishedAt) - Date.parse(startedAt)).toBeGreaterThanOrEqual(62_000);
  });

  it.each<[string, Partial<typeof stubs>]>([
    [
      'a restore cannot begin',
      {
        'start-recovery-job': ({ command, job }) =>
          command === 'restore' ? refuse('ForbiddenError')({}, machine) : { job },
      },
    ],
    ['nothing can be judged', { 'score-drill': refuse('ForbiddenError') }],
    ['Jobs cannot be removed', { 'stop-drill-jobs': refuse('ForbiddenError') }],
  ])('sweeps also when %s', async (_, changed) => {
    await open(changed);
    await machine.run({});
    expect(startedCommands()).toContain('sweep-drills');
    expect(names().at(-1)).toBe('settle-drill');
  });

  it('fails with what did not hold', async () => {
    await open({ 'score-drill': refuse('ForbiddenError') });
    expect(await machine.run({})).toMatchObject({
      status: 'FAILED',
      error: 'DrillFailed',
      cause: expect.stringContaining('the cluster refuses'),
    });
  });

  it('only sweeps after a drill that was cut off, and takes over what that held', async () => {
    await open();
    const detail = { executionArn: 'arn:dead', status: 'ABORTED' };
    expect(await machine.run({ source: 'aws.states', detail })).toMatchObject({ output: { outcome: 'swept' } });
    expect(machine.calls[0]?.input).toMatchObject({ request: { sweepOnly: true }, deadHolder: 'arn:dead' });
    expect(startedCommands()).toEqual(['sweep-drills']);
  });

  it('takes over from a drill that does not run any more, and gives way to one that does', async () => {
    const busy: Stub = ({ deadHolder }) =>
      deadHolder === undefined
        ? {
            outcome: 'busy',
            reason: 'drill-0 runs',
            holder: 'arn:aws:states:eu-west-1:111122223333:execution:recovery-drill:gone',
          }
        : { outcome: 'planned', reason: 'restores it', plan };
    await open({ 'plan-drill': busy });
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
    await machine.services.stop();
    await open({ 'plan-drill': () => busy({}, machine) });
    expect(await machine.run({})).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('another drill') });
    expect(names()).toEqual(['plan-drill', 'plan-drill']);
  });
});
