// Runs the paths of fail-over on the local engine: each failure before the switch is undone, backwards; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApprovalTask, requestApprovalTask } from '../../contracts/workflows/approval.ts';
import {
  commitSiteTask,
  type FailOverPlan,
  fenceEnvironmentTask,
  planFailOverTask,
  promoteReplicaTask,
  type ReplicaPromotion,
  recordMoveTask,
  settleFailOverTask,
  switchDnsTask,
  takeOverMoveTask,
  verifySiteTask,
} from '../../contracts/workflows/fail-over.ts';
import { readRecoveryJobTask, startRecoveryJobTask } from '../../contracts/workflows/recovery-drill.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  'plan-fail-over': planFailOverTask,
  'request-approval': requestApprovalTask,
  'close-approval': closeApprovalTask,
  'take-over-move': takeOverMoveTask,
  'fence-environment': fenceEnvironmentTask,
  'start-recovery-job': startRecoveryJobTask,
  'read-recovery-job': readRecoveryJobTask,
  'record-move': recordMoveTask,
  'commit-site': commitSiteTask,
  'verify-site': verifySiteTask,
  'switch-dns': switchDnsTask,
  'promote-replica': promoteReplicaTask,
  'settle-fail-over': settleFailOverTask,
};
type Stubs = Record<keyof typeof contracts, Stub>;

const backup = {
  ...{ backupId: 'prod.pyairtable.dump.1', environment: 'prod', database: 'pyairtable' },
  ...{ bucket: 'replica', prefix: 'database/1/pyairtable/', tier: 'daily', keepUntil: '2026-12-24T02:00:00.000Z' },
};
const job = (command: string, site: string) => ({ command, site, backup, job: command, databaseBeside: 'beside' });

function answerPlan({ request }: { request?: unknown }) {
  const { to } = request as { to: FailOverPlan['to'] };
  const jobs = [job('restore', to), job('cut-over', to)];
  return {
    ...{
      outcome: 'planned',
      reason: 'as asked',
      planHash: 'hash',
      failOverId: 'prod.move',
      approvalTimeoutSeconds: 3600,
    },
    plan: {
      ...{ environment: 'prod', to, databases: [], services: [], steps: ['a step'], loss: 'little' },
      ...{ overlay: { file: 'overlays/prod-recovery/kustomization.yaml', replicas: 2 } },
      dns: { hostedZoneId: 'Z1', ttlSeconds: 60, changes: [] },
    },
    moves: [
      {
        database: 'pyairtable',
        jobs: to === 'primary' ? [job('back-up', 'recovery'), ...jobs] : jobs,
        undo: { ...job('undo-restore', to), replaces: ['restore', 'cut-over'] },
        ...(to === 'primary'
          ? {}
          : {
              fence: job('fence-database', 'primary'),
              open: { ...job('open-database', 'primary'), replaces: ['fence-database'] },
            }),
      },
    ],
    promotions: [] as ReplicaPromotion[],
    lags: [] as string[],
  };
}

/** A second database, which has a replica there. */
const promotion: ReplicaPromotion = {
  ...{ database: 'reporting', identifier: 'reporting-replica', engineVersion: '17.4' },
  ...{ backupRetentionDays: 7, timeoutMinutes: 60 },
  fence: { ...job('fence-database', 'primary'), job: 'fence-reporting' },
  open: { ...job('open-database', 'primary'), job: 'open-reporting', replaces: ['fence-reporting'] },
  admit: { ...job('open-database', 'recovery'), job: 'admit-reporting' },
} as ReplicaPromotion;
const withReplica: Partial<Stubs> = {
  'plan-fail-over': (input) => ({ ...answerPlan(input), promotions: [promotion], lags: ['reporting: 3 s behind'] }),
};

const decide =
  (outcome: 'approved' | 'refused'): Stub =>
  async ({ taskToken, planHash }, { services }) => {
    const output = JSON.stringify({ outcome, planHash, approvers: [], reason: `${outcome} by grace` });
    await services.call('sfn', 'SendTaskSuccess', { taskToken, output });
    return { requested: true };
  };

const stubs: Stubs = {
  'plan-fail-over': answerPlan,
  'request-approval': decide('approved'),
  'close-approval': () => ({ outcome: 'expired', reason: 'nobody has answered in time' }),
  'take-over-move': () => ({ outcome: 'nothing', reason: 'holds nothing any more' }),
  'fence-environment': ({ action }) => ({ reason: String(action) }),
  'start-recovery-job': ({ job: name }) => ({ job: name }),
  'read-recovery-job': () => ({ status: 'succeeded', reason: '', waitSeconds: 2 }),
  'record-move': () => ({ backupId: 'b', reason: 'whole' }),
  'commit-site': () => ({ revision: 'abc', reason: 'committed' }),
  'verify-site': () => ({ healthy: true, reason: 'all answer', data: 'the newest of noon' }),
  'switch-dns': ({ action }) =>
    action === 'confirm'
      ? { outcome: 'in-sync', changeId: 'C1', reason: 'everywhere' }
      : { outcome: action === 'undo' ? 'in-sync' : 'pending', changeId: 'C1', reason: 'on its way' },
  'promote-replica': () => ({ status: 'succeeded', reason: 'reporting takes writes', waitSeconds: 15 }),
  'settle-fail-over': ({ reason }) => ({ reason: String(reason) }),
};

const fail: Stub = () => {
  throw new FunctionFailure('ForbiddenError', 'made to fail');
};
const ended = { status: 'succeeded', reason: '', waitSeconds: 2 };
/** Every Job succeeds but that of `command`. */
const readUnless =
  (command: string, answer: Stub): Stub =>
  (input, harness) =>
    input.job === command ? answer(input, harness) : ended;

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());
const open = async (changed: Partial<Stubs> = {}): Promise<void> => {
  machine = await openStateMachine('fail-over', contracts, { ...stubs, ...changed });
};
const run = (to: 'primary' | 'recovery' = 'recovery') =>
  machine.run({ request: { environment: 'prod', to, actor: 'ada-release', reason: 'the region is gone' } });
/** What was done, each as function and what tells it from others. */
const course = (): string[] =>
  machine.calls.flatMap(({ name, input }) => {
    if (name === 'read-recovery-job' || name === 'plan-fail-over') return [];
    const what = [input.action, input.command, input.site, input.stage].filter(Boolean).join(' ');
    return [what === '' ? name : `${name} ${what}`];
  });
const undoing = [
  ...['commit-site undo', 'start-recovery-job undo-restore recovery'],
  ...['start-recovery-job open-database primary', 'fence-environment undo'],
];

describe('a fail-over', () => {
  it('fences, restores, starts, looks, switches, and keeps the fence', async () => {
    await open();
    expect(await run()).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'completed' } });
    expect(course()).toEqual([
      ...['request-approval', 'settle-fail-over started', 'fence-environment fence'],
      'start-recovery-job fence-database primary',
      ...['start-recovery-job restore recovery', 'start-recovery-job cut-over recovery', 'commit-site apply'],
      ...['verify-site', 'switch-dns switch', 'switch-dns confirm'],
      ...['fence-environment settle', 'settle-fail-over completed'],
    ]);
    // Whoever has to take it over finds all of this.
    expect(machine.calls.find(({ input }) => input.action === 'fence')?.input).toMatchObject({
      ...{ planHash: 'hash', request: { reason: 'the region is gone' }, moves: [{ database: 'pyairtable' }] },
      startedAt: expect.stringMatching(/^20/),
    });
    expect(machine.calls.find(({ name }) => name === 'verify-site')?.input.restores).toEqual([
      { database: 'pyairtable', bucket: 'replica', job: 'restore' },
    ]);
    expect(machine.calls.at(-1)?.input.reason).toContain('the newest of noon');
  });

  it.each<[string, Partial<Stubs>, string]>([
    [
      'no Job begins',
      {
        'start-recovery-job': (input, harness) =>
          input.command === 'fence-database' ? fail(input, harness) : stubs['start-recovery-job'](input, harness),
      },
      'was not fenced (ForbiddenError)',
    ],
    ['nobody can look', { 'read-recovery-job': readUnless('fence-database', fail) }, 'is perhaps not fenced'],
    [
      'it fails',
      {
        'read-recovery-job': readUnless('fence-database', () => ({ ...ended, status: 'failed', reason: 'no server' })),
      },
      'is perhaps not fenced: no server',
    ],
    [
      'it does not end',
      { 'read-recovery-job': readUnless('fence-database', () => ({ ...ended, status: 'running' })) },
      'is perhaps not fenced',
    ],
  ])('is not held up by a region that is gone: when %s it says so and goes on', async (_, changed, words) => {
    await open(changed);
    expect(await run()).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'completed' } });
    expect(machine.calls.find(({ input }) => input.stage === 'completed')?.input.reason).toContain(words);
  });

  it('asks people for just this plan before anything is touched', async () => {
    await open();
    await run();
    expect(machine.calls.find(({ name }) => name === 'request-approval')?.input).toMatchObject({
      ...{ planHash: 'hash', requestedBy: 'ada-release' },
      subject: { kind: 'fail-over', environment: 'prod', summary: ['the region is gone', 'a step', 'lost: little'] },
    });
  });

  it('waits for services that do not answer yet, and for servers of DNS', async () => {
    let [looks, asked] = [0, 0];
    await open({
      'verify-site': () => {
        looks += 1;
        return { healthy: looks === 3, reason: 'not yet', data: '' };
      },
      'switch-dns': (input, harness) => {
        if (input.action !== 'confirm') return stubs['switch-dns'](input, harness);
        asked += 1;
        return { outcome: asked === 2 ? 'in-sync' : 'pending', changeId: 'C1', reason: 'on its way' };
      },
    });
    expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
    expect([looks, asked]).toEqual([3, 2]);
  });
});

describe('a fail-over of a database with a replica', () => {
  it('fences what it follows, tells how far it is behind, and promotes it when users are led there', async () => {
    let looks = 0;
    await open({
      ...withReplica,
      'promote-replica': () => {
        looks += 1;
        if (looks < 3) return { status: 'running', reason: 'on its way', waitSeconds: 15, loss: 'what it lacks' };
        return { status: 'succeeded', reason: 'reporting takes writes', waitSeconds: 15 };
      },
    });
    expect(await run()).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'completed' } });
    expect(course().slice(-8)).toEqual([
      ...['switch-dns switch', 'switch-dns confirm', ...Array(3).fill('promote-replica')],
      // The fence at home is a setting of the database: it came to the replica too.
      'start-recovery-job open-database recovery',
      ...['fence-environment settle', 'settle-fail-over completed'],
    ]);
    expect(course().filter((each) => each === 'start-recovery-job fence-database primary')).toHaveLength(2);
    const inputs = machine.calls.filter(({ name }) => name === 'promote-replica').map(({ input }) => input);
    expect(new Set(inputs.map(({ startedAt }) => startedAt)).size).toBe(1);
    // Since when nothing is written any more: the replica may have to receive what was written before.
    expect(String(inputs[0]?.fencedAt) < String(inputs[0]?.startedAt)).toBe(true);
    expect(machine.calls.at(-1)?.input.reason).toContain('reporting takes writes; lost: what it lacks');
    expect(machine.calls.find(({ name }) => name === 'request-approval')?.input).toMatchObject({
      subject: { summary: expect.arrayContaining(['behind: reporting: 3 s behind']) },
    });
    expect(machine.calls.find(({ input }) => input.action === 'fence')?.input.promotions).toEqual([promotion]);
  });

  it('waits for nothing when what it follows could not be fenced', async () => {
    await open({
      ...withReplica,
      'read-recovery-job': readUnless('fence-reporting', () => ({ ...ended, status: 'failed', reason: 'no server' })),
    });
    expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(machine.calls.find(({ name }) => name === 'promote-replica')?.input).not.toHaveProperty('fencedAt');
  });

  it.each<[string, Stub]>([
    ['RDS gives it up', () => ({ status: 'failed', reason: 'reporting: it is gone', waitSeconds: 15 })],
    ['nobody can ask', fail],
    ['the fence stays on it', stubs['promote-replica']],
  ])('settles everything else and wakes somebody when %s', async (_, promote) => {
    const failed = () => ({ ...ended, status: 'failed', reason: 'no server' });
    await open({
      ...{ ...withReplica, 'promote-replica': promote, 'read-recovery-job': readUnless('admit-reporting', failed) },
    });
    expect(await run()).toMatchObject({
      ...{ status: 'FAILED', error: 'FailOverStuck' },
      cause: expect.stringMatching(/see to it by hand: reporting: /),
    });
    expect(course().slice(-2)).toEqual(['fence-environment settle', 'settle-fail-over stuck']);
    expect(course().filter((each) => /undo/.test(each))).toEqual([]);
  });

  it('promotes nothing when a step before the switch fails, and opens what it follows again', async () => {
    await open({ ...withReplica, 'verify-site': fail });
    expect(await run()).toMatchObject({ status: 'FAILED', error: 'FailOverUndone' });
    expect(course()).not.toContain('promote-replica');
    const opened = machine.calls.filter(({ input }) => input.command === 'open-database').map(({ input }) => input.job);
    expect(opened.toSorted()).toEqual(['open-database', 'open-reporting']);
  });
});

describe('a fail-back', () => {
  it('stops the services first, takes the last backup there, and starts nothing', async () => {
    await open();
    expect(await run('primary')).toMatchObject({ status: 'SUCCEEDED' });
    expect(course()).toEqual([
      ...['request-approval', 'settle-fail-over started', 'fence-environment fence', 'commit-site apply'],
      ...['start-recovery-job back-up recovery', 'record-move', 'start-recovery-job restore primary'],
      ...['start-recovery-job cut-over primary', 'verify-site', 'switch-dns switch', 'switch-dns confirm'],
      ...['fence-environment settle', 'settle-fail-over completed'],
    ]);
  });
});

it('a backup that cannot be entered into the catalogue keeps nobody from coming home', async () => {
  await open({ 'record-move': fail });
  expect(await run('primary')).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'completed' } });
});

describe('nothing is touched', () => {
  it.each<[string, Partial<Stubs>, string]>([
    [
      'it is impossible',
      { 'plan-fail-over': (input) => ({ ...answerPlan(input), outcome: 'refused', reason: 'runs there already' }) },
      'runs there already',
    ],
    ['people refuse', { 'request-approval': decide('refused') }, 'refused by grace'],
    ['nobody answers', { 'request-approval': () => ({ requested: true }) }, 'nobody has answered in time'],
    ['nobody can be asked', { 'request-approval': fail }, 'ForbiddenError'],
  ])('when %s', async (_, changed, reason) => {
    await open(changed);
    expect(await run()).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'refused', reason: expect.stringContaining(reason) },
    });
    const touching = course().filter((each) => /^(fence|start|commit|switch)/.test(each));
    expect(touching).toEqual([]);
    expect(course().at(-1)).toBe('settle-fail-over refused');
  });
});

describe('a failure before the switch is undone', () => {
  const failing = (
    name: keyof Stubs,
    matches: (input: Readonly<Record<string, unknown>>) => boolean,
  ): Partial<Stubs> => ({
    [name]: (input: Readonly<Record<string, unknown>>, harness: WorkflowHarness) =>
      matches(input) ? fail(input, harness) : stubs[name](input, harness),
  });

  it.each<[string, Partial<Stubs>, string[]]>([
    [
      'it cannot be fenced',
      failing('fence-environment', ({ action }) => action === 'fence'),
      ['fence-environment undo'],
    ],
    ['a restore cannot begin', failing('start-recovery-job', ({ command }) => command === 'restore'), undoing.slice(1)],
    [
      'a restore fails',
      {
        'read-recovery-job': ({ job: name }) =>
          name === 'restore'
            ? { status: 'failed', reason: 'the dump is truncated', waitSeconds: 2 }
            : { status: 'succeeded', reason: '', waitSeconds: 2 },
      },
      undoing.slice(1),
    ],
    ['the cut-over fails', failing('start-recovery-job', ({ command }) => command === 'cut-over'), undoing.slice(1)],
    ['Git does not take it', failing('commit-site', ({ action }) => action === 'apply'), undoing],
    [
      'the services do not answer',
      { 'verify-site': () => ({ healthy: false, reason: 'no answer', data: '' }) },
      undoing,
    ],
    ['nobody can look', { 'verify-site': fail }, undoing],
    [
      'DNS does not take it',
      failing('switch-dns', ({ action }) => action === 'switch'),
      ['switch-dns undo', ...undoing],
    ],
    [
      'DNS never gets in sync',
      {
        'switch-dns': ({ action }) => ({
          outcome: action === 'undo' ? 'in-sync' : 'pending',
          changeId: 'C1',
          reason: 'x',
        }),
      },
      ['switch-dns undo', ...undoing],
    ],
    ['somebody has changed DNS', { 'switch-dns': () => ({ outcome: 'refused', reason: 'leads elsewhere' }) }, undoing],
  ])('when %s', async (_, changed, expected) => {
    await open(changed);
    expect(await run()).toMatchObject({ status: 'FAILED', error: 'FailOverUndone' });
    const steps = course();
    const from = steps.findIndex((each) => /undo/.test(each));
    expect(steps.slice(from)).toEqual([...expected, 'settle-fail-over undone']);
  });

  it('tells the reason that the agent left', async () => {
    await open({
      'read-recovery-job': ({ job: name }) =>
        name === 'restore'
          ? { status: 'failed', reason: 'the dump is truncated', waitSeconds: 2 }
          : { status: 'succeeded', reason: '', waitSeconds: 2 },
    });
    expect(await run()).toMatchObject({ cause: expect.stringContaining('pyairtable: the dump is truncated') });
  });

  it('and what cannot be undone does not keep the rest from it, and wakes somebody', async () => {
    await open({
      'verify-site': fail,
      'commit-site': ({ action }) => (action === 'undo' ? fail({}, machine) : { revision: 'a', reason: '' }),
    });
    expect(await run()).toMatchObject({
      ...{ status: 'FAILED', error: 'FailOverStuck' },
      cause: expect.stringContaining('the commit could not be taken back'),
    });
    expect(course().slice(-4)).toEqual([...undoing.slice(1), 'settle-fail-over stuck']);
  });
});

it('a switch whose fence cannot be settled is not undone, and wakes somebody', async () => {
  await open({ 'fence-environment': ({ action }) => (action === 'settle' ? fail({}, machine) : { reason: '' }) });
  expect(await run()).toMatchObject({
    ...{ status: 'FAILED', error: 'FailOverStuck' },
    cause: expect.stringContaining('the switch is made'),
  });
  expect(course().filter((each) => /undo/.test(each))).toEqual([]);
});

describe('one that was cut off', () => {
  const cutOff = { detail: { executionArn: 'arn:dead', status: 'ABORTED' } };
  const { plan, moves, planHash, failOverId } = answerPlan({ request: { to: 'recovery' } });
  const held = {
    ...{ reason: 'its execution was cut off', holder: 'arn:dead', plan, moves, planHash, failOverId },
    ...{ startedAt: '2026-12-05T10:00:00.000Z' },
    request: { environment: 'prod', to: 'recovery', actor: 'ada-release', reason: 'the region is gone' },
  };
  const find = (outcome: string): Partial<Stubs> => ({ 'take-over-move': () => ({ outcome, ...held }) });
  const holders = (): unknown[] => [
    ...new Set(
      machine.calls.flatMap(({ name, input }) => (name === 'take-over-move' ? [] : (input.executionArn ?? []))),
    ),
  ];

  it('before the switch is taken back, every step, under the name of the one that holds the fence', async () => {
    await open(find('undo'));
    expect(await machine.run(cutOff)).toMatchObject({ status: 'FAILED', error: 'FailOverUndone' });
    expect(course()).toEqual(['take-over-move', 'switch-dns undo', ...undoing, 'settle-fail-over undone']);
    expect(machine.calls[0]?.input).toMatchObject({ deadHolder: 'arn:dead' });
    expect(holders()).toEqual(['arn:dead']);
    expect(machine.calls.find(({ input }) => input.command === 'undo-restore')?.input.replaces).toEqual([
      'restore',
      'cut-over',
    ]);
  });

  it('after the switch is brought to its end, and keeps the fence', async () => {
    await open(find('complete'));
    expect(await machine.run(cutOff)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'completed' } });
    expect(course()).toEqual(['take-over-move', 'fence-environment settle', 'settle-fail-over completed']);
    expect(holders()).toEqual(['arn:dead']);
  });

  it('promotes what it was to promote, once users are led there; before that it opens what is followed', async () => {
    const promotions = [promotion];
    await open({ 'take-over-move': () => ({ outcome: 'complete', ...held, promotions }) });
    expect(await machine.run(cutOff)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'completed' } });
    expect(course()).toEqual([
      ...['take-over-move', 'promote-replica', 'start-recovery-job open-database recovery'],
      ...['fence-environment settle', 'settle-fail-over completed'],
    ]);
    await machine.services.stop();
    await open({ 'take-over-move': () => ({ outcome: 'undo', ...held, promotions }) });
    expect(await machine.run(cutOff)).toMatchObject({ status: 'FAILED', error: 'FailOverUndone' });
    expect(course().filter((each) => each === 'start-recovery-job open-database primary')).toHaveLength(2);
    expect(course()).not.toContain('promote-replica');
  });

  it('that holds nothing any more is left alone', async () => {
    await open();
    expect(await machine.run(cutOff)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'nothing' } });
    expect(course()).toEqual(['take-over-move']);
  });
});
