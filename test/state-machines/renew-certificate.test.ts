// Runs every path of renew-certificate on the local engine and a real ledger table; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  followRenewalTask,
  planRenewalTask,
  type Renewal,
  restartConsumersTask,
  settleRenewalTask,
  triggerRenewalTask,
} from '../../contracts/workflows/renew-certificate.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const tasks = {
  'plan-renewal': planRenewalTask,
  'trigger-renewal': triggerRenewalTask,
  'follow-renewal': followRenewalTask,
  'restart-consumers': restartConsumersTask,
  'settle-renewal': settleRenewalTask,
};

let harness: WorkflowHarness;
afterEach(() => harness.services.stop());

const plan =
  (more: Partial<Renewal> = {}, outcome = 'acted'): Stub =>
  ({ renewalId, executionArn, startedAt }) => ({
    outcome,
    reason: 'it expires soon',
    steps: [],
    renewal: {
      renewalId,
      executionArn,
      startedAt,
      name: 'api',
      actor: 'ada',
      correlationId: 'certificate/api',
      causationId: 'cause',
      action: 'issue',
      restart: [],
      issueTimeoutSeconds: 900,
      serveTimeoutSeconds: 900,
      ...more,
    },
  });
const pending = { status: 'pending', reason: 'not yet', pollSeconds: 5 };
const done = { status: 'done', reason: 'done', pollSeconds: 0, after: 'cafe' };

async function run(
  stubs: Record<string, Stub>,
  input: object = { request: { name: 'api', actor: 'ada', reason: 'test' } },
) {
  harness = await openStateMachine('renew-certificate', tasks, {
    'plan-renewal': plan(),
    'trigger-renewal': () => ({ triggered: true, reason: 'asked' }),
    'restart-consumers': () => ({ restarted: [] }),
    'settle-renewal': ({ reason }) => ({ reason: `settled: ${String(reason)}` }),
    ...stubs,
  });
  return await harness.run(input);
}
const called = () => harness.calls.map(({ name }) => name);
const settled = () => harness.calls.find(({ name }) => name === 'settle-renewal')?.input;

describe('renew-certificate', () => {
  it('asks, waits until it is issued and then until it is served, and settles', async () => {
    const answers = [pending, pending, done, pending, done];
    const end = await run({ 'follow-renewal': () => answers.shift() });
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded', name: 'api' } });
    expect(called()).toEqual(['plan-renewal', 'trigger-renewal', ...Array(5).fill('follow-renewal'), 'settle-renewal']);
    const phases = harness.calls.filter(({ name }) => name === 'follow-renewal').map(({ input }) => input.phase);
    expect(phases).toEqual(['issue', 'issue', 'issue', 'serve', 'serve']);
    expect(settled()).toMatchObject({ outcome: 'succeeded', after: 'cafe' });
  });

  it('restarts what does not load it by itself before it asks what is served', async () => {
    await run({ 'plan-renewal': plan({ restart: ['tools'] }), 'follow-renewal': () => done });
    expect(called()).toEqual([
      'plan-renewal',
      'trigger-renewal',
      'follow-renewal',
      'restart-consumers',
      'follow-renewal',
      'settle-renewal',
    ]);
  });

  it('only restarts when the Secret is renewed already', async () => {
    await run({ 'plan-renewal': plan({ action: 'restart', restart: ['tools'] }), 'follow-renewal': () => done });
    expect(called()).toEqual(['plan-renewal', 'restart-consumers', 'follow-renewal', 'settle-renewal']);
  });

  it.each(['suppressed', 'refused'])('does nothing when it is %s, and says why', async (outcome) => {
    const end = await run({ 'plan-renewal': plan({}, outcome) });
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome, reason: 'it expires soon' } });
    expect(called()).toEqual(['plan-renewal']);
  });

  it('fails with what stood in the way, and settles it', async () => {
    const retryAt = '2026-11-24T16:00:00.000Z';
    const end = await run({
      'follow-renewal': () => ({ status: 'failed', reason: '429', pollSeconds: 0, obstacle: 'rate-limited', retryAt }),
    });
    expect(end).toMatchObject({ status: 'FAILED', error: 'RenewalFailed', cause: 'settled: 429' });
    expect(settled()).toMatchObject({ outcome: 'failed', obstacle: 'rate-limited', retryAt });
  });

  it('fails when it is not served, although it was issued', async () => {
    const answers = [done, { status: 'failed', reason: 'stale', pollSeconds: 0, obstacle: 'not-served' }];
    expect(await run({ 'follow-renewal': () => answers.shift() })).toMatchObject({
      status: 'FAILED',
      cause: 'settled: stale',
    });
    expect(settled()).toMatchObject({ outcome: 'failed', obstacle: 'not-served', after: 'cafe' });
  });

  it.each(['trigger-renewal', 'follow-renewal', 'restart-consumers'])(
    'gives back its right when %s errs',
    async (name) => {
      const end = await run({
        'plan-renewal': plan({ restart: ['tools'] }),
        'follow-renewal': () => done,
        [name]: () => {
          throw new FunctionFailure('ForbiddenError', 'may not');
        },
      });
      expect(end).toMatchObject({ status: 'FAILED', error: 'ForbiddenError' });
      expect(settled()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('may not') });
    },
  );

  describe('when another execution holds the right', () => {
    /** Plans again without it once it is known to be dead. */
    const heldBy =
      (holder: string): Stub =>
      (input, running) =>
        input.deadHolder === holder
          ? plan()(input, running)
          : { ...(plan({}, 'suppressed')(input, running) as object), holder };

    it('leaves it alone while that one runs', async () => {
      harness = await openStateMachine('renew-certificate', tasks, {
        'plan-renewal': (input, running) =>
          (input.request as { name: string }).name === 'first' ? plan()(input, running) : heldBy(first)(input, running),
        'trigger-renewal': () => ({ triggered: true, reason: 'asked' }),
        'follow-renewal': () => pending,
      });
      const first = await harness.start({ request: { name: 'first', actor: 'ada', reason: 'test' } });
      const end = await harness.run({ request: { name: 'api', actor: 'ada', reason: 'test' } });
      expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'suppressed' } });
    });

    it.each(['nobody-knows-it', 'stopped'])('takes over from one that is dead (%s)', async (how) => {
      harness = await openStateMachine('renew-certificate', tasks, {
        'plan-renewal': (input, running) => heldBy(dead)(input, running),
        'trigger-renewal': () => ({ triggered: true, reason: 'asked' }),
        'follow-renewal': () => done,
        'settle-renewal': ({ reason }) => ({ reason }),
      });
      let dead = 'arn:aws:states:eu-central-1:111122223333:execution:renew-certificate:gone';
      if (how === 'stopped') {
        dead = await harness.start({ request: { name: 'api', actor: 'ada', reason: 'test' } });
        await harness.services.call('sfn', 'StopExecution', { executionArn: dead });
      }
      const end = await harness.run({ request: { name: 'api', actor: 'ada', reason: 'test' } });
      expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
      expect(harness.calls.filter(({ name }) => name === 'plan-renewal').at(-1)?.input.deadHolder).toBe(dead);
    });
  });

  it('does not act twice on one event', async () => {
    const event = {
      source: 'automation.certificate',
      detail: {
        metadata: { eventId: 'due-1', correlationId: 'c', occurredAt: 'now', actor: 'check' },
        name: 'api',
        problems: ['renewal-overdue'],
        reason: 'late',
      },
    };
    expect(await run({ 'follow-renewal': () => done }, event)).toMatchObject({ output: { outcome: 'succeeded' } });
    expect(harness.calls[0]?.input).toMatchObject({ renewalId: 'due-1', event: { detail: { name: 'api' } } });
    expect(await harness.run(event)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'duplicate' } });
    expect(called().filter((name) => name === 'plan-renewal')).toHaveLength(1);
  });
});
