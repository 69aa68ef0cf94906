// Runs every path of rollback-release.
import { afterEach, describe, expect, it } from '@jest/globals';
import { alertFiringExample } from '../../contracts/events/alert.ts';
import { rollbackDetailSchema } from '../../contracts/events/rollback.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { digestB } from '../core/promotion/promotion-builder.ts';
import { rolloutAnswer } from './promote-release-harness.ts';
import { acted, happyRollback, openRollback, request, resolvedEventId, service } from './rollback-release-harness.ts';
import { FunctionFailure, type Stub, type StubInput, type WorkflowHarness } from './workflow-harness.ts';

const firing = {
  version: '0',
  id: 'i',
  source: 'alertmanager',
  'detail-type': 'alert.firing',
  detail: alertFiringExample,
};

const opened: WorkflowHarness[] = [];
afterEach(async () => {
  for (const { services } of opened.splice(0)) await services.stop();
});
async function open(overrides: Record<string, Stub> = {}): Promise<WorkflowHarness> {
  const workflow = await openRollback(overrides);
  opened.push(workflow);
  return workflow;
}
const resolveAlert = async ({ services }: WorkflowHarness) => {
  const { pk, sk } = ledgerKey.claim('alert', resolvedEventId);
  await services.call('dynamodb', 'PutItem', { TableName: 'ledger', Item: { pk: { S: pk }, sk: { S: sk } } });
};
const namesOf = ({ calls }: WorkflowHarness) => calls.map(({ name }) => name);
const typesOf = ({ events }: WorkflowHarness) => events.map(({ type }) => type);

describe('rollback-release', () => {
  it('takes the release back, tells it, and ends when the alert has ended', async () => {
    const { pk, sk } = ledgerKey.incident(alertFiringExample.metadata.eventId);
    const incident = { pk: { S: pk }, sk: { S: sk } };
    const resolvesMeanwhile: Stub = async ({ status }, harness) => {
      expect(status).toBe('open');
      await harness.services.call('dynamodb', 'PutItem', {
        TableName: 'ledger',
        Item: { ...incident, status: { S: 'open' } },
      });
      await resolveAlert(harness);
      return { problems: [] };
    };
    const workflow = await open({ 'open-incident': resolvesMeanwhile });
    const end = await workflow.run(firing);
    expect(end).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'succeeded', rollbackId: alertFiringExample.metadata.eventId },
    });
    expect(namesOf(workflow)).toEqual([
      'decide-rollback',
      'preempt-leases',
      'commit-promotion',
      'read-rollout',
      'run-smoke-tests',
      'record-outcome',
      'release-leases',
      'report-progress',
      'open-incident',
    ]);
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackSucceeded']);
    const { Item } = await workflow.services.call<{ Item: { status: { S: string } } }>('dynamodb', 'GetItem', {
      TableName: 'ledger',
      Key: incident,
    });
    expect(Item.status.S).toBe('mitigated');
    for (const { detail } of workflow.events) rollbackDetailSchema.parse(detail);
    expect(workflow.events[1]?.detail).toMatchObject({
      rollback: { services: ['api-gateway'], from: ['sha-bad'], to: [service.version] },
      decision: { outcome: 'acted', rule: 'release-caused-it' },
    });
  });

  it('says so when the alert goes on, and fails so that somebody is woken', async () => {
    const workflow = await open();
    expect(await workflow.run(firing)).toMatchObject({ status: 'FAILED', error: 'RollbackDidNotHelp' });
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackSucceeded', 'RollbackDidNotHelp']);
    expect(workflow.events[2]?.detail.reason).toContain('still fires after 15 minutes');
  });

  it('watches no alert when a person asks, and asks nobody else', async () => {
    const workflow = await open();
    expect(await workflow.run({ request }, 'by-hand')).toMatchObject({
      status: 'SUCCEEDED',
      output: { rollbackId: 'by-hand' },
    });
    expect(workflow.calls[0]?.input).toMatchObject({ request, rollbackId: 'by-hand' });
    expect(workflow.calls.at(-1)).toMatchObject({ name: 'open-incident', input: { status: 'mitigated' } });
  });

  it.each(['suppressed', 'deferred', 'refused'])('does nothing but tell when the decision is %s', async (outcome) => {
    const decide = (input: StubInput) => ({ ...acted(input), outcome, services: [], blamed: [] });
    const workflow = await open({ 'decide-rollback': decide });
    expect(await workflow.run(firing)).toMatchObject({ status: 'SUCCEEDED', output: { outcome } });
    expect(namesOf(workflow)).toEqual(['decide-rollback']);
    expect(rollbackDetailSchema.parse(workflow.events[0]?.detail).decision.outcome).toBe(outcome);
  });

  it('tells of a circuit that opens, and opens an incident, when a limit is reached', async () => {
    const blamed = [{ service: service.name, version: 'sha-bad', digest: digestB, promotionId: 'delivery-2' }];
    const decide = (input: StubInput) => ({
      ...acted(input),
      outcome: 'refused',
      rule: 'limit-per-service-and-day',
      services: [],
      blamed: [],
      tripped: { scope: 'dev#api-gateway', blamed },
    });
    const workflow = await open({ 'decide-rollback': decide });
    expect(await workflow.run(firing)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'refused' } });
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackCircuitOpened']);
    expect(rollbackDetailSchema.parse(workflow.events[1]?.detail)).toMatchObject({
      circuit: 'dev#api-gateway',
      rollback: { services: ['api-gateway'], from: ['sha-bad'], to: [] },
    });
    expect(workflow.calls.at(-1)).toMatchObject({
      name: 'open-incident',
      input: { outcome: 'refused', status: 'open', blamed },
    });
  });

  it('goes past Git when that cannot be reached, says so loudly, and keeps the incident open', async () => {
    const away: Stub = () => {
      throw new FunctionFailure('UpstreamUnavailableError');
    };
    const workflow = await open({ 'commit-promotion': away });
    expect(await workflow.run({ request })).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
    expect(namesOf(workflow).slice(2, 7)).toEqual([
      ...Array.from({ length: 3 }, () => 'commit-promotion'),
      'break-glass',
      'read-rollout',
    ]);
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'BreakGlassUsed', 'RollbackSucceeded']);
    for (const { detail } of workflow.events) rollbackDetailSchema.parse(detail);
    expect(workflow.calls.find(({ name }) => name === 'read-rollout')?.input).toMatchObject({
      revision: 'f'.repeat(40),
    });
    expect(workflow.calls.at(-1)).toMatchObject({ name: 'open-incident', input: { status: 'open' } });
  });

  it('does not go past Git when Git comes back in time, nor when it says no', async () => {
    let left = 2;
    const slow: Stub = (input, harness) => {
      left -= 1;
      if (left >= 0) throw new FunctionFailure('TimedOutError');
      return happyRollback['commit-promotion']?.(input, harness);
    };
    const workflow = await open({ 'commit-promotion': slow });
    expect((await workflow.run({ request })).status).toBe('SUCCEEDED');
    expect(namesOf(workflow)).not.toContain('break-glass');
    const refusing = await open({
      'commit-promotion': () => {
        throw new FunctionFailure('LeaseLostError');
      },
    });
    expect(await refusing.run({ request })).toMatchObject({ status: 'FAILED', error: 'LeaseLostError' });
    expect(namesOf(refusing)).not.toContain('break-glass');
  });

  it('fails when neither Git nor the cluster can be reached, and can be asked for again', async () => {
    const away: Stub = () => {
      throw new FunctionFailure('UpstreamUnavailableError');
    };
    const workflow = await open({ 'commit-promotion': away, 'break-glass': away });
    expect(await workflow.run({ request })).toMatchObject({ status: 'FAILED', error: 'UpstreamUnavailableError' });
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackFailed']);
  });

  it('handles an event once', async () => {
    const workflow = await open();
    await workflow.run(firing, 'first');
    expect(await workflow.run(firing, 'second')).toMatchObject({ output: { outcome: 'duplicate' } });
    expect(namesOf(workflow).filter((name) => name === 'decide-rollback')).toHaveLength(1);
  });

  it('waits for another rollback, and takes over from one that has died', async () => {
    let asked = 0;
    const preempt: Stub = (input) => {
      asked += 1;
      const holder = 'arn:aws:states:eu-central-1:111122223333:execution:rollback-release:gone';
      return input.deadHolder === holder
        ? { outcome: 'acquired', reason: 'leased', leases: [{ service: service.name, fencingToken: 8 }] }
        : { outcome: 'busy', reason: 'busy', leases: [], holder };
    };
    const workflow = await open({ 'preempt-leases': preempt });
    expect((await workflow.run({ request })).status).toBe('SUCCEEDED');
    expect(asked).toBe(2);
  });

  it.each([
    ['the rollout fails', { 'read-rollout': () => rolloutAnswer('failed', 'crashes') }, 'RolloutFailed'],
    [
      'smoke tests fail',
      { 'run-smoke-tests': () => ({ passed: false, words: 'no answer', results: [] }) },
      'SmokeTestsFailed',
    ],
  ])('ends as failed when %s, with incident, event and leases given back', async (_, overrides, error) => {
    const workflow = await open(overrides);
    expect(await workflow.run(firing)).toMatchObject({ status: 'FAILED', error });
    expect(typesOf(workflow)).toEqual(['RollbackDecided', 'RollbackFailed']);
    expect(namesOf(workflow).slice(-3)).toEqual(['record-outcome', 'open-incident', 'release-leases']);
  });

  it.each([
    'decide-rollback',
    'preempt-leases',
    'commit-promotion',
    'read-rollout',
    'run-smoke-tests',
    'record-outcome',
  ])('can be asked for again when %s breaks', async (name) => {
    let breaks = true;
    const broken: Stub = (input, harness) => {
      if (breaks) throw new FunctionFailure('ForbiddenError');
      return happyRollback[name]?.(input, harness);
    };
    const workflow = await open({ [name]: broken });
    expect((await workflow.run(firing, 'first')).status).toBe('FAILED');
    breaks = false;
    await resolveAlert(workflow);
    expect(await workflow.run(firing, 'second')).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'succeeded' },
    });
  });

  it('succeeds although nobody could be told', async () => {
    const fails: Stub = () => {
      throw new FunctionFailure('ForbiddenError');
    };
    const workflow = await open({ 'open-incident': fails, 'report-progress': fails, 'release-leases': fails });
    const end = await workflow.run({ request });
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'succeeded' } });
    expect(end.output?.warnings).toContainEqual(expect.stringContaining('no incident was opened'));
  });
});
