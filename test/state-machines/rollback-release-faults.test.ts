// rollback-release while something else is down: it ends well and is told, or says by name what it could not do.
import { afterEach, describe, expect, it } from '@jest/globals';
import { rollbackDetailSchema } from '../../contracts/events/rollback.ts';
import { rolloutAnswer } from './promote-release-harness.ts';
import { happyRollback, openRollback, request } from './rollback-release-harness.ts';
import { FunctionFailure, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const opened: WorkflowHarness[] = [];
afterEach(async () => {
  for (const { services } of opened.splice(0)) await services.stop();
});
async function open(overrides: Record<string, Stub>): Promise<WorkflowHarness> {
  const workflow = await openRollback(overrides);
  opened.push(workflow);
  return workflow;
}
const namesOf = ({ calls }: WorkflowHarness) => calls.map(({ name }) => name);
const typesOf = ({ events }: WorkflowHarness) => events.map(({ type }) => type);
const fail =
  (name: string): Stub =>
  () => {
    throw new FunctionFailure(name);
  };
/** Fails so often, then does what it always does. */
const failFirst =
  (times: number, error: string, name: string): Stub =>
  (input, harness) => {
    times -= 1;
    if (times >= 0) throw new FunctionFailure(error);
    return happyRollback[name]?.(input, harness);
  };

describe('a rollback while Argo CD', () => {
  it('does not sync goes past it, says why, and judges what runs', async () => {
    const read: Stub = ({ isPinned }) =>
      isPinned === true ? rolloutAnswer('healthy', 'runs') : rolloutAnswer('failed', 'no sync', 'ArgoCdDidNotSync');
    const workflow = await open({ 'read-rollout': read });
    expect(await workflow.run({ request })).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
    expect(namesOf(workflow).slice(2, 6)).toEqual(['commit-promotion', 'read-rollout', 'break-glass', 'read-rollout']);
    expect(workflow.calls.find(({ name }) => name === 'break-glass')?.input).toMatchObject({ isGitAway: false });
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'BreakGlassUsed', 'RollbackSucceeded']);
    for (const { detail } of workflow.events) rollbackDetailSchema.parse(detail);
  });

  it('goes past it once only: what does not become healthy then has failed', async () => {
    const read: Stub = ({ isPinned }) =>
      isPinned === true ? rolloutAnswer('failed', 'crashes') : rolloutAnswer('failed', 'no sync', 'ArgoCdDidNotSync');
    const workflow = await open({ 'read-rollout': read });
    expect(await workflow.run({ request })).toMatchObject({ status: 'FAILED', error: 'RolloutFailed' });
    expect(namesOf(workflow).filter((name) => name === 'break-glass')).toHaveLength(1);
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'BreakGlassUsed', 'RollbackFailed']);
  });

  it('tells nothing is looked at again by itself', async () => {
    let looks = 0;
    const read: Stub = () => {
      looks += 1;
      return looks < 4 ? rolloutAnswer('progressing', 'rolls') : rolloutAnswer('healthy', 'runs');
    };
    const workflow = await open({ 'read-rollout': read });
    expect((await workflow.run({ request })).status).toBe('SUCCEEDED');
    expect(namesOf(workflow).filter((name) => name === 'await-rollout')).toHaveLength(3);
  });
});

describe('a rollback while credentials have expired', () => {
  it('at GitHub goes past Git as when Git is away', async () => {
    const workflow = await open({ 'commit-promotion': fail('AccessRefusedError') });
    expect(await workflow.run({ request })).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
    expect(namesOf(workflow).filter((name) => name === 'commit-promotion')).toHaveLength(3);
    expect(workflow.calls.find(({ name }) => name === 'break-glass')?.input).toMatchObject({ isGitAway: true });
  });

  it('at GitHub for a moment stays with Git', async () => {
    const workflow = await open({ 'commit-promotion': failFirst(1, 'AccessRefusedError', 'commit-promotion') });
    expect((await workflow.run({ request })).status).toBe('SUCCEEDED');
    expect(namesOf(workflow)).not.toContain('break-glass');
  });

  it('at the cluster ends with that name, an open incident, and can be asked for again', async () => {
    let isExpired = true;
    const read: Stub = (input, harness) => {
      if (isExpired) throw new FunctionFailure('ForbiddenError', 'the cluster refuses us');
      return happyRollback['read-rollout']?.(input, harness);
    };
    const workflow = await open({ 'read-rollout': read });
    expect(await workflow.run({ request }, 'first')).toMatchObject({ status: 'FAILED', error: 'ForbiddenError' });
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackFailed']);
    expect(workflow.calls.find(({ name }) => name === 'open-incident')?.input).toMatchObject({ status: 'open' });
    expect(namesOf(workflow).at(-1)).toBe('release-leases');
    isExpired = false;
    expect((await workflow.run({ request }, 'second')).status).toBe('SUCCEEDED');
  });
});

describe('a rollback while Kubernetes', () => {
  it.each(['ThrottledError', 'UpstreamUnavailableError', 'TimedOutError'])(
    'throws %s some times at each step ends well all the same',
    async (error) => {
      const steps = ['read-rollout', 'run-smoke-tests'];
      const workflow = await open(Object.fromEntries(steps.map((name) => [name, failFirst(3, error, name)])));
      expect(await workflow.run({ request })).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
      expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackSucceeded']);
    },
  );

  it.each(['ThrottledError', 'UpstreamUnavailableError', 'TimedOutError'])(
    'throws %s for good ends with that name, told, leases given back',
    async (error) => {
      const workflow = await open({ 'run-smoke-tests': fail(error) });
      expect(await workflow.run({ request })).toMatchObject({ status: 'FAILED', error });
      expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackFailed']);
      expect(namesOf(workflow).slice(-3)).toEqual(['record-outcome', 'open-incident', 'release-leases']);
    },
  );
});

describe('a rollback while people cannot be told', () => {
  it('goes on: no step waits for Slack, and what the bus did not take is a warning', async () => {
    const workflow = await open({});
    workflow.failEvents = 1_000;
    const end = await workflow.run({ request });
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
    expect(end.output?.warnings).toContainEqual(expect.stringContaining('the bus was not told'));
    expect(namesOf(workflow)).toContain('record-outcome');
  });
});
