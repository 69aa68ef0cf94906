// Runs the paths of restore-database on the local engine; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { advanceDatabaseTask } from '../../contracts/workflows/advance-database.ts';
import { readAgentJobTask, startAgentJobTask } from '../../contracts/workflows/agent-jobs.ts';
import { closeApprovalTask, requestApprovalTask } from '../../contracts/workflows/approval.ts';
import { planRestoreTask, type RestorePlan, recordRestoreTask } from '../../contracts/workflows/restore-database.ts';
import { openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  'plan-restore': planRestoreTask,
  'request-approval': requestApprovalTask,
  'close-approval': closeApprovalTask,
  'record-restore': recordRestoreTask,
  'start-agent-job': startAgentJobTask,
  'read-agent-job': readAgentJobTask,
  'advance-database': advanceDatabaseTask,
};
const plan: RestorePlan = {
  environment: 'prod',
  database: 'pyairtable',
  backup: {
    backupId: 'prod.pyairtable.dump.20261124_020000',
    environment: 'prod',
    database: 'pyairtable',
    bucket: 'pyairtable-prod-backups',
    prefix: 'database/20261124_020000/pyairtable/',
    tier: 'daily',
    keepUntil: '2026-12-24T02:00:00.000Z',
  },
  takenAt: '2026-11-24T02:00:00.000Z',
  databaseBeside: 'pyairtable_restore_20261124_020000',
  isInPlace: false,
  steps: ['back up', 'restore'],
  loss: 'what was written since',
};
const planned = {
  outcome: 'planned',
  reason: 'possible',
  plan,
  planHash: 'hash',
  restoreId: 'prod.pyairtable.restore.20261126_100000',
  restoreJob: 'restore-pyairtable',
  cutOverJob: 'cut-over-pyairtable',
  approvalTimeoutSeconds: 3600,
};
const answer =
  (outcome: string): Stub =>
  (input, harness) => {
    // People answer later; the test answers at once.
    void harness.services.call('sfn', 'SendTaskSuccess', {
      taskToken: input.taskToken,
      output: JSON.stringify({
        outcome,
        planHash: input.planHash,
        approvers: ['grace'],
        reason: `${outcome} by grace`,
      }),
    });
    return { requested: true };
  };
const stubs: Record<keyof typeof contracts, Stub> = {
  'plan-restore': () => planned,
  'request-approval': answer('approved'),
  'close-approval': () => ({ outcome: 'expired', reason: 'nobody has answered' }),
  'record-restore': ({ stage, status }) => ({
    outcome: stage === 'started' || status === 'succeeded' ? 'succeeded' : 'failed',
    reason: `${String(stage)} ${String(status ?? '')}`,
  }),
  'start-agent-job': ({ job }) => ({ job }),
  'read-agent-job': () => ({ status: 'succeeded', reason: '', waitSeconds: 2 }),
  'advance-database': () => ({ status: 'succeeded', reason: 'done', waitSeconds: 30, restoreSeconds: 0 }),
};
const request = {
  environment: 'prod',
  database: 'pyairtable',
  backupId: plan.backup.backupId,
  actor: 'ada',
  reason: 'x',
};

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());
const open = async (
  changed: Partial<typeof stubs> = {},
  backups: object[] = [{ outcome: 'complete' }],
): Promise<void> => {
  machine = await openStateMachine('restore-database', contracts, { ...stubs, ...changed });
  const { attributes } = await machine.services.create('AWS::StepFunctions::StateMachine', 'BackUp', {
    StateMachineName: 'back-up-database',
    RoleArn: 'arn:aws:iam::111122223333:role/back-up-database',
    DefinitionString: JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Done',
      States: { Done: { Type: 'Succeed', Output: { outcome: 'succeeded', reason: 'done', backups } } },
    }),
  });
  if (attributes.Arn !== backUpDatabaseArn) throw new Error(`the machine is ${attributes.Arn}`);
};
const backUpDatabaseArn = 'arn:aws:states:eu-central-1:111122223333:stateMachine:back-up-database';
const stages = (): unknown[] =>
  machine.calls.filter(({ name }) => name === 'record-restore').map(({ input }) => input.stage);
const commands = (): unknown[] =>
  machine.calls.filter(({ name }) => name === 'start-agent-job').map(({ input }) => input.command);

describe('restore-database', () => {
  it('asks, backs up, restores beside, asks again, and cuts over', async () => {
    await open();
    expect(await machine.run({ request })).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
    expect(stages()).toEqual(['started', 'restored', 'cut-over']);
    expect(commands()).toEqual(['restore', 'cut-over']);
    const asked = machine.calls.filter(({ name }) => name === 'request-approval').map(({ input }) => input.approvalId);
    expect(asked).toEqual([planned.restoreId, `${planned.restoreId}/cut-over`]);
  });

  it('in place cuts over without asking again', async () => {
    await open({
      'plan-restore': () => ({ ...planned, plan: { ...plan, isInPlace: true }, approvalTimeoutSeconds: 0 }),
    });
    expect(await machine.run({ request })).toMatchObject({ output: { outcome: 'succeeded' } });
    expect(machine.calls.some(({ name }) => name === 'request-approval')).toBe(false);
  });

  it('leaves the restored database beside the live one where nobody is asked and nobody has confirmed', async () => {
    await open({ 'plan-restore': () => ({ ...planned, approvalTimeoutSeconds: 0 }) });
    expect(await machine.run({ request })).toMatchObject({ output: { outcome: 'beside' } });
    expect(commands()).toEqual(['restore']);
  });

  it.each<[string, Partial<typeof stubs>, object, string]>([
    [
      'it is impossible',
      { 'plan-restore': () => ({ ...planned, outcome: 'refused', reason: 'no backup' }) },
      {},
      'no backup',
    ],
    ['the plan is another than was seen', {}, { planHash: 'other' }, 'no longer the one that was seen'],
    ['people refuse', { 'request-approval': answer('refused') }, {}, 'refused by grace'],
    ['nobody answers', { 'request-approval': () => ({ requested: true }) }, {}, 'nobody has answered'],
  ])('makes nothing when %s', async (_, changed, more, reason) => {
    await open(changed);
    expect(await machine.run({ request: { ...request, ...more } })).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'refused', reason: expect.stringContaining(reason) },
    });
    expect(commands()).toEqual([]);
  });

  it('makes nothing when the world has moved since people agreed', async () => {
    let times = 0;
    await open({
      'plan-restore': () => {
        times += 1;
        return { ...planned, planHash: `hash-${times}` };
      },
    });
    expect(await machine.run({ request })).toMatchObject({
      output: { outcome: 'refused', reason: expect.stringContaining('agreed to') },
    });
    expect(commands()).toEqual([]);
  });

  it('does not touch the live database when people refuse the cut-over', async () => {
    await open({
      'request-approval': (input, harness) =>
        answer(String(input.approvalId).endsWith('/cut-over') ? 'refused' : 'approved')(input, harness),
    });
    expect(await machine.run({ request })).toMatchObject({ output: { outcome: 'refused' } });
    expect(commands()).toEqual(['restore']);
    expect(stages()).toEqual(['started', 'restored', 'refused']);
  });

  it('begins nothing without a backup of the live database', async () => {
    await open({}, []);
    expect(await machine.run({ request })).toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining('was not made'),
    });
    expect(commands()).toEqual([]);
    expect(stages()).toEqual(['started', 'failed']);
  });

  it.each(['restore', 'cut-over'])('records a failure when the Job of the %s fails', async (command) => {
    await open({
      'read-agent-job': ({ job }) => ({
        status: String(job).startsWith(command) ? 'failed' : 'succeeded',
        reason: 'BackoffLimitExceeded',
        waitSeconds: 2,
      }),
    });
    expect(await machine.run({ request })).toMatchObject({ status: 'FAILED', error: 'NotRestored' });
    expect(stages().at(-1)).toBe('failed');
  });
});

describe('restore-database of an RDS instance', () => {
  const rds = {
    kind: 'instance',
    live: 'orders',
    beside: 'orders-restore-1',
    snapshotId: 's',
    keyArn: 'arn',
    timeoutMinutes: 60,
  };
  const ofInstance = { 'plan-restore': () => ({ ...planned, plan: { ...plan, rds } }) };
  const steps = (): unknown[] =>
    machine.calls.filter(({ name }) => name === 'advance-database').map(({ input }) => input.step);
  const progress = (status: string, reason = status) => ({ status, reason, waitSeconds: 30, restoreSeconds: 0 });

  it('is carried on by RDS, asked about twice, and cut over without any Job', async () => {
    const looks: Record<string, number> = {};
    await open({
      ...ofInstance,
      'advance-database': ({ step }) => {
        looks[String(step)] = (looks[String(step)] ?? 0) + 1;
        return progress(Number(looks[String(step)]) < 3 ? 'running' : 'succeeded');
      },
    });
    expect(await machine.run({ request })).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
    expect(steps()).toEqual([...Array(3).fill('restore'), ...Array(3).fill('cut-over')]);
    expect([commands(), stages()]).toEqual([[], ['started', 'restored', 'cut-over']]);
    expect(machine.calls.filter(({ name }) => name === 'request-approval')).toHaveLength(2);
  });

  it('gives the live name back when the cut-over fails, and says so when it cannot', async () => {
    await open({
      ...ofInstance,
      'advance-database': ({ step }) => progress(step === 'cut-over' ? 'failed' : 'succeeded', String(step)),
    });
    expect(await machine.run({ request })).toMatchObject({ status: 'FAILED', error: 'NotRestored', cause: 'cut-over' });
    expect(steps()).toEqual(['restore', 'cut-over', 'undo-cut-over']);
    await machine.services.stop();
    await open({
      ...ofInstance,
      'advance-database': ({ step }) => progress(step === 'restore' ? 'succeeded' : 'failed', String(step)),
    });
    expect((await machine.run({ request })).cause).toContain('the live name could not be given back');
  });
});
