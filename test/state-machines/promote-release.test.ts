// Runs every path and every Catch of promote-release.
import { afterEach, describe, expect, it } from '@jest/globals';
import { promotionDetailSchema } from '../../contracts/events/promotion.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { buildPromotion, buildService } from '../core/promotion/promotion-builder.ts';
import {
  buildGateAnswer,
  happyStubs,
  openWorkflow,
  pushEvent,
  rolloutAnswer,
  type TaskName,
} from './promote-release-harness.ts';
import { FunctionFailure, type StubInput, type WorkflowHarness } from './workflow-harness.ts';

const opened: WorkflowHarness[] = [];
afterEach(async () => {
  for (const { services } of opened.splice(0)) await services.stop();
});
const open = async (...parameters: Parameters<typeof openWorkflow>) => {
  const workflow = await openWorkflow(...parameters);
  opened.push(workflow);
  return workflow;
};
const namesOf = ({ calls }: WorkflowHarness) => calls.map(({ name }) => name);
const typesOf = ({ events }: WorkflowHarness) => events.map(({ type }) => type);
const inputOf = ({ calls }: WorkflowHarness, name: TaskName) => calls.findLast((call) => call.name === name)?.input;

/** Answers one after the other, the last one for ever. */
const sequence = (...answers: (() => unknown)[]) => {
  let next = 0;
  return () => {
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    return answer?.();
  };
};
const fails = (name: string) => () => {
  throw new FunctionFailure(name);
};
const acquired = {
  outcome: 'acquired',
  reason: 'leased',
  services: [buildService()],
  leases: [{ service: 'api-gateway', fencingToken: 2 }],
};
const busy = (holder: string) => ({ outcome: 'busy', reason: 'busy', services: [buildService()], leases: [], holder });

describe('promote-release', () => {
  it('promotes a push: one step after the other, and tells about it', async () => {
    const workflow = await open();
    const end = await workflow.run(pushEvent());
    expect(end).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'succeeded', promotionId: 'delivery-1', revision: 'c'.repeat(40), warnings: [] },
    });
    expect(namesOf(workflow)).toEqual([
      'plan-promotion',
      'report-progress',
      'await-build',
      'resolve-images',
      'evaluate-gates',
      'acquire-leases',
      'commit-promotion',
      'read-rollout',
      'run-smoke-tests',
      'record-outcome',
      'report-progress',
      'release-leases',
    ]);
    expect(typesOf(workflow)).toEqual(['PromotionStarted', 'PromotionSucceeded']);
    for (const { detail } of workflow.events) promotionDetailSchema.parse(detail);
    expect(workflow.events[1]?.detail).toMatchObject({
      metadata: { correlationId: buildPromotion().correlationId, causationId: 'delivery-1', actor: 'ada' },
      promotion: { services: ['api-gateway'], environment: 'dev' },
    });
    expect(inputOf(workflow, 'report-progress')).toMatchObject({ state: 'success', deploymentId: 42 });
  });

  it('promotes what a person asks for without waiting for a build', async () => {
    const plan = ({ request, promotionId, executionArn }: StubInput) => ({
      outcome: 'promote',
      reason: 'asked',
      promotion: buildPromotion({
        ...(request as object),
        promotionId: String(promotionId),
        executionArn: String(executionArn),
        services: buildPromotion().services,
        awaitsBuild: false,
      }),
    });
    const workflow = await open({ 'plan-promotion': plan });
    const request = { version: 'sha-aaaaaaa', environment: 'prod', actor: 'grace', reason: 'fixes login' };
    const end = await workflow.run({ request }, 'by-hand');
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { promotionId: 'by-hand' } });
    expect(inputOf(workflow, 'plan-promotion')).toMatchObject({ request, promotionId: 'by-hand' });
    expect(inputOf(workflow, 'plan-promotion')).not.toHaveProperty('event');
    expect(namesOf(workflow)).not.toContain('await-build');
  });

  it('handles an event once: the duplicate ends as such and does nothing', async () => {
    const workflow = await open();
    await workflow.run(pushEvent(), 'first');
    const before = workflow.calls.length;
    expect(await workflow.run(pushEvent(), 'second')).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'duplicate' },
    });
    expect(workflow.calls).toHaveLength(before);
  });

  it('claims under the key that the ledger documents', async () => {
    const { services, run } = await open();
    await run(pushEvent());
    const { pk, sk } = ledgerKey.claim('promote-release', 'delivery-1');
    const Key = { pk: { S: pk }, sk: { S: sk } };
    const { Item } = await services.call<{ Item?: object }>('dynamodb', 'GetItem', { TableName: 'ledger', Key });
    expect(Item).toMatchObject({ status: { S: 'done' } });
  });

  it.each(['nothing', 'refused'] as const)('ends well when the plan says %s', async (outcome) => {
    const plan = () => ({ outcome, reason: 'because', promotion: buildPromotion({ services: [] }) });
    const workflow = await open({ 'plan-promotion': plan });
    expect(await workflow.run(pushEvent())).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome, reason: 'because' },
    });
    expect(typesOf(workflow)).toEqual(outcome === 'refused' ? ['PromotionRefused'] : []);
    expect(inputOf(workflow, 'record-outcome')).toMatchObject({ outcome, reason: 'because' });
  });

  it('takes the conclusion of a build that ends long after the wait began', async () => {
    let token = '';
    const workflow = await open({
      'await-build': ({ taskToken }: StubInput) => {
        token = String(taskToken);
        return { answered: false };
      },
    });
    const arn = await workflow.start(pushEvent());
    await workflow.services.clock.advance(50 * 60_000);
    const output = JSON.stringify({ conclusion: 'failure', url: 'https://github.example/run/9' });
    await workflow.services.call('sfn', 'SendTaskSuccess', { taskToken: token, output });
    await workflow.end(arn);
    expect(inputOf(workflow, 'evaluate-gates')).toMatchObject({ build: { conclusion: 'failure' } });
  });

  it('begins the wait anew every five minutes, so that a build whose end nobody told is found', async () => {
    let waits = 0;
    const workflow = await open({
      'await-build': async (input, harness) => {
        waits += 1;
        return waits < 4 ? { answered: false } : await happyStubs['await-build'](input, harness);
      },
    });
    const startedAt = workflow.services.clock.now();
    const arn = await workflow.start(pushEvent());
    await workflow.services.clock.advance(15 * 60_000 - 5_000);
    expect(waits).toBe(3);
    expect((await workflow.end(arn)).output).toMatchObject({ outcome: 'succeeded' });
    expect(waits).toBe(4);
    expect(workflow.services.clock.now() - startedAt).toBeGreaterThanOrEqual(15 * 60_000);
    expect(inputOf(workflow, 'evaluate-gates')).toMatchObject({ build: { conclusion: 'success' } });
  });

  it('asks the gates with a timed-out build when none ends in time', async () => {
    const workflow = await open({
      'await-build': () => ({ answered: false }),
      'evaluate-gates': ({ build }: StubInput) =>
        buildGateAnswer({ outcome: 'refused', reason: `build ${(build as { conclusion: string }).conclusion}` }),
    });
    const end = await workflow.run(pushEvent());
    expect(end.output).toMatchObject({ outcome: 'refused', reason: 'build timed_out' });
    expect(typesOf(workflow)).toEqual(['PromotionStarted', 'PromotionRefused']);
  });

  it.each(['evaluate-gates', 'acquire-leases'] as const)('ends as superseded when %s says so', async (name) => {
    const answer = {
      ...buildGateAnswer({ outcome: 'superseded', reason: 'newer is wanted' }),
      services: [],
      leases: [],
    };
    const workflow = await open({ [name]: () => answer });
    expect((await workflow.run(pushEvent())).output).toMatchObject({
      outcome: 'superseded',
      reason: 'newer is wanted',
    });
    expect(typesOf(workflow)).toEqual(['PromotionStarted', 'PromotionSuperseded']);
  });

  it('waits for a lease that a running execution holds, and asks the gates anew', async () => {
    let holder = '';
    const acquire = sequence(
      () => busy(holder),
      () => busy(holder),
      () => acquired,
    );
    const workflow = await open({
      'acquire-leases': acquire,
      // The holder waits for its build all the time.
      'await-build': async (input, harness) =>
        input.promotionId === 'holder' ? { answered: false } : await happyStubs['await-build'](input, harness),
      'plan-promotion': async (input, harness) => {
        const plan = (await happyStubs['plan-promotion'](input, harness)) as { promotion: object };
        return { ...plan, promotion: { ...plan.promotion, buildTimeoutSeconds: 80_000 } };
      },
    });
    holder = await workflow.start(pushEvent('holder'), 'holder');
    await workflow.run(pushEvent());
    expect(namesOf(workflow).filter((name) => name === 'evaluate-gates')).toHaveLength(3);
    expect(workflow.calls.filter(({ input }) => 'deadHolder' in input)).toEqual([]);
  });

  it('says which holder does not run any more', async () => {
    let holder = '';
    const acquire = sequence(
      () => acquired,
      () => busy(holder),
      () => acquired,
    );
    const workflow = await open({ 'acquire-leases': acquire });
    holder = await workflow.start(pushEvent('holder'), 'holder');
    await workflow.end(holder);
    expect((await workflow.run(pushEvent())).status).toBe('SUCCEEDED');
    expect(inputOf(workflow, 'acquire-leases')).toMatchObject({ deadHolder: holder });
  });

  it('takes over from a holder that Step Functions has forgotten', async () => {
    const gone = 'arn:aws:states:eu-central-1:111122223333:execution:promote-release:long-ago';
    const workflow = await open({
      'acquire-leases': sequence(
        () => busy(gone),
        () => acquired,
      ),
    });
    expect((await workflow.run(pushEvent())).status).toBe('SUCCEEDED');
    expect(inputOf(workflow, 'acquire-leases')).toMatchObject({ deadHolder: gone });
  });

  it('looks at the rollout until it has ended', async () => {
    const progressing = () => rolloutAnswer('progressing', 'on its way');
    const healthy = () => rolloutAnswer('healthy', 'healthy');
    const workflow = await open({ 'read-rollout': sequence(progressing, progressing, progressing, healthy) });
    expect((await workflow.run(pushEvent())).status).toBe('SUCCEEDED');
    const times = workflow.calls
      .filter(({ name }) => name === 'read-rollout')
      .map(({ input }) => Date.parse(String(input.observedAt)));
    expect(times).toHaveLength(4);
    expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(6_000);
  });

  it('looks again as soon as something is heard, and tells what it had heard before', async () => {
    const progressing = () => ({ ...rolloutAnswer('progressing', 'on its way'), pollSeconds: 30 });
    const workflow: WorkflowHarness = await open({
      'read-rollout': sequence(progressing, () => rolloutAnswer('healthy', 'healthy')),
      'await-rollout': async ({ taskToken }, { services }) => {
        await services.call('sfn', 'SendTaskSuccess', { taskToken, output: JSON.stringify({ signal: 'news-2' }) });
        return { answered: true };
      },
    });
    expect((await workflow.run(pushEvent())).status).toBe('SUCCEEDED');
    expect(inputOf(workflow, 'await-rollout')).toMatchObject({ environment: 'dev', signal: 'news-1' });
    const times = workflow.calls
      .filter(({ name }) => name === 'read-rollout')
      .map(({ input }) => Date.parse(String(input.observedAt)));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThan(30_000);
  });

  const phased = ({ phase }: StubInput) => ({
    outcome: 'committed',
    revision: (phase === 'switch-traffic' ? 'd' : 'c').repeat(40),
    url: 'https://github.example/commit',
    phase: phase ?? 'fill-idle-colour',
    nextPhase: phase === 'switch-traffic' ? null : 'switch-traffic',
    targets: [
      {
        service: 'api-gateway',
        deployment: 'api-gateway-green',
        address: phase === 'switch-traffic' ? 'api-gateway' : 'api-gateway-green',
      },
    ],
  });

  it('goes through the phases one after the other, each committed, awaited and proved', async () => {
    const workflow = await open({ 'commit-promotion': phased });
    expect(await workflow.run(pushEvent())).toMatchObject({
      status: 'SUCCEEDED',
      output: { revision: 'd'.repeat(40) },
    });
    const ofPhases = workflow.calls.filter(({ name }) => ['commit-promotion', 'run-smoke-tests'].includes(name));
    expect(
      ofPhases.map(({ name, input }) => [name, input.phase ?? (input.targets as { address: string }[])?.[0]?.address]),
    ).toEqual([
      ['commit-promotion', undefined],
      ['run-smoke-tests', 'api-gateway-green'],
      ['commit-promotion', 'switch-traffic'],
      ['run-smoke-tests', 'api-gateway'],
    ]);
    const commits = workflow.calls.filter(({ name }) => name === 'commit-promotion');
    expect(inputOf(workflow, 'record-outcome')).toMatchObject({
      committedAt: commits[0]?.input.committedAt,
      revision: 'd'.repeat(40),
    });
  });

  it.each([
    ['read-rollout', 1, 'RolloutFailed'],
    ['run-smoke-tests', 1, 'SmokeTestsFailed'],
    ['commit-promotion', 2, 'ForbiddenError'],
    ['read-rollout', 2, 'RolloutFailed'],
    ['run-smoke-tests', 2, 'SmokeTestsFailed'],
  ] as const)('ends as failed when %s says no in phase %i, and goes no further', async (name, phase, error) => {
    const answers: Partial<Record<TaskName, () => unknown>> = {
      'read-rollout': () => rolloutAnswer('failed', 'CrashLoopBackOff'),
      'run-smoke-tests': () => ({ passed: false, words: 'health answered 500', results: [] }),
      'commit-promotion': fails('ForbiddenError'),
    };
    const bad = answers[name];
    let calls = 0;
    const workflow: WorkflowHarness = await open({
      'commit-promotion': phased,
      [name]: (input: StubInput) => {
        calls += 1;
        if (calls === phase) return bad?.();
        return name === 'commit-promotion' ? phased(input) : happyStubs[name](input, workflow);
      },
    });
    expect(await workflow.run(pushEvent())).toMatchObject({ status: 'FAILED', error });
    expect(typesOf(workflow)).toEqual(['PromotionStarted', 'PromotionFailed']);
    expect(namesOf(workflow).filter((called) => called === name)).toHaveLength(phase);
    expect(namesOf(workflow).at(-1)).toBe('release-leases');
  });

  it.each([
    ['read-rollout', rolloutAnswer('failed', 'CrashLoopBackOff'), 'RolloutFailed'],
    ['read-rollout', rolloutAnswer('failed', 'no values found', 'CanaryHadNoData'), 'CanaryHadNoData'],
    ['run-smoke-tests', { passed: false, words: 'health answered 500', results: [] }, 'SmokeTestsFailed'],
  ] as const)('fails for good when %s says no', async (name, answer, error) => {
    const workflow = await open({ [name]: () => answer });
    expect(await workflow.run(pushEvent())).toMatchObject({ status: 'FAILED', error, cause: error });
    expect(inputOf(workflow, 'record-outcome')).toMatchObject({
      outcome: 'failed',
      failure: { kind: 'failed', error },
    });
    expect(typesOf(workflow)).toEqual(['PromotionStarted', 'PromotionFailed']);
    expect(namesOf(workflow).at(-1)).toBe('release-leases');
    expect((await workflow.run(pushEvent(), 'again')).output).toMatchObject({ outcome: 'duplicate' });
  });

  it.each([
    'plan-promotion',
    'await-build',
    'resolve-images',
    'evaluate-gates',
    'acquire-leases',
    'commit-promotion',
    'read-rollout',
    'run-smoke-tests',
  ] as const)(
    'records, tells and frees when %s cannot be carried out; the event can then be tried again',
    async (name) => {
      let isBroken = true;
      const workflow: WorkflowHarness = await open({
        [name]: (input: StubInput) => {
          if (isBroken) throw new FunctionFailure('ForbiddenError', 'no permission');
          return happyStubs[name](input, workflow);
        },
      });
      expect(await workflow.run(pushEvent(), 'first')).toMatchObject({ status: 'FAILED', error: 'ForbiddenError' });
      expect(inputOf(workflow, 'record-outcome')).toMatchObject({
        failure: { kind: 'errored', error: 'ForbiddenError' },
      });
      expect(typesOf(workflow).at(-1)).toBe('PromotionFailed');
      expect(namesOf(workflow)).toContain('release-leases');
      isBroken = false;
      expect((await workflow.run(pushEvent(), 'second')).output).toMatchObject({ outcome: 'succeeded' });
    },
  );

  it('tries again what may pass', async () => {
    const commit = sequence(
      fails('UpstreamUnavailableError'),
      fails('ThrottledError'),
      fails('Lambda.Unknown'),
      () => ({
        outcome: 'committed',
        revision: 'd'.repeat(40),
        url: 'https://github.example/commit/d',
        phase: 'roll-out',
        nextPhase: null,
        targets: [],
      }),
    );
    const workflow = await open({ 'commit-promotion': commit });
    expect((await workflow.run(pushEvent())).output).toMatchObject({ revision: 'd'.repeat(40) });
    expect(namesOf(workflow).filter((name) => name === 'commit-promotion')).toHaveLength(4);
  });

  it('does not fail because nobody could watch, and keeps that as a warning', async () => {
    const workflow = await open({ 'report-progress': fails('ForbiddenError') });
    const { output } = await workflow.run(pushEvent());
    expect(output).toMatchObject({
      outcome: 'succeeded',
      warnings: ['GitHub was not told: ForbiddenError', 'GitHub was not told: ForbiddenError'],
    });
    expect(inputOf(workflow, 'record-outcome')).toMatchObject({ warnings: ['GitHub was not told: ForbiddenError'] });
  });

  it('keeps the problems that GitHub reported as warnings of the promotion', async () => {
    const workflow = await open({ 'report-progress': () => ({ problems: ['GitHub took not the deployment: 422'] }) });
    await workflow.run(pushEvent());
    expect(inputOf(workflow, 'record-outcome')).toMatchObject({ warnings: ['GitHub took not the deployment: 422'] });
  });

  it('ends as succeeded even when a lease cannot be given back: it runs out by itself', async () => {
    const workflow = await open({ 'release-leases': fails('ForbiddenError') });
    const { output } = await workflow.run(pushEvent());
    expect(output).toMatchObject({ outcome: 'succeeded', warnings: [expect.stringContaining('not given back')] });
  });

  it('still tells and frees when the failure cannot be written', async () => {
    const workflow = await open({ 'read-rollout': fails('ForbiddenError'), 'record-outcome': fails('ForbiddenError') });
    const end = await workflow.run(pushEvent());
    expect(end).toMatchObject({ status: 'FAILED', error: 'ForbiddenError' });
    expect(end.cause).toContain('could not be written into the ledger');
    expect(typesOf(workflow)).toEqual(['PromotionStarted', 'PromotionFailed']);
    expect(namesOf(workflow).at(-1)).toBe('release-leases');
  });

  it('takes an event that holds an expression as data', async () => {
    const workflow = await open();
    await workflow.run(pushEvent("{% $error('executed') %}"));
    expect(inputOf(workflow, 'plan-promotion')).toMatchObject({ promotionId: "{% $error('executed') %}" });
  });
});
