// promote-release where people must agree: given, refused, expired, and the plan that moves in the meantime.
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildGateAnswer, openWorkflow, pushEvent } from './promote-release-harness.ts';
import { FunctionFailure, type StubInput, type WorkflowHarness } from './workflow-harness.ts';

const opened: WorkflowHarness[] = [];
afterEach(async () => {
  for (const { services } of opened.splice(0)) await services.stop();
});
const approval = {
  isRequired: true,
  timeoutSeconds: 86_400,
  title: 'promote api-gateway to prod',
  summary: ['api-gateway: sha-a'],
};
/** `plans`: the hash at each time that the gates are asked, the last one for ever. Refuses as the gates do when it is not the expected one. */
const open = async (plans: readonly string[], overrides: Parameters<typeof openWorkflow>[0] = {}) => {
  let asked = 0;
  const workflow = await openWorkflow({
    'evaluate-gates': ({ expectedPlanHash }: StubInput) => {
      const planHash = plans[Math.min(asked, plans.length - 1)];
      asked += 1;
      return expectedPlanHash === undefined || expectedPlanHash === planHash
        ? buildGateAnswer({ planHash, approval })
        : buildGateAnswer({ planHash, approval, outcome: 'refused', reason: 'the world moved' });
    },
    ...overrides,
  });
  opened.push(workflow);
  return workflow;
};
const namesOf = ({ calls }: WorkflowHarness) => calls.map(({ name }) => name);
const inputOf = ({ calls }: WorkflowHarness, name: string) => calls.findLast((call) => call.name === name)?.input;
const waitsFor = (tokens: string[]) => ({
  'request-approval': ({ taskToken }: StubInput) => {
    tokens.push(String(taskToken));
    return { requested: true };
  },
});

describe('promote-release where people must agree', () => {
  it('asks once, with the plan that they agree to, and asks the gates again before it goes on', async () => {
    const workflow = await open(['plan-1']);
    expect((await workflow.run(pushEvent())).output).toMatchObject({ outcome: 'succeeded' });
    const names = namesOf(workflow);
    expect(names.filter((name) => name === 'request-approval')).toHaveLength(1);
    expect(names.slice(names.indexOf('request-approval'))).toEqual(
      expect.arrayContaining(['evaluate-gates', 'acquire-leases', 'commit-promotion']),
    );
    expect(inputOf(workflow, 'request-approval')).toMatchObject({
      approvalId: 'delivery-1',
      planHash: 'plan-1',
      requestedBy: 'ada',
      timeoutSeconds: 86_400,
      subject: { kind: 'promotion', title: 'promote api-gateway to prod', summary: ['api-gateway: sha-a'] },
    });
    expect(inputOf(workflow, 'evaluate-gates')).toMatchObject({ expectedPlanHash: 'plan-1' });
    expect(inputOf(workflow, 'commit-promotion')).toMatchObject({ expectedPlanHash: 'plan-1' });
  });

  it('shows what came from outside as it is: an expression in it is text', async () => {
    const title = "promote {% $error('executed') %} to $(reboot)";
    const summary = ["because of: {% $eval('1') %} \u202e", '`; rm -rf /'];
    const workflow = await open(['plan-1'], {
      'evaluate-gates': () => buildGateAnswer({ approval: { ...approval, title, summary } }),
    });
    expect((await workflow.run(pushEvent())).output).toMatchObject({ outcome: 'succeeded' });
    expect(inputOf(workflow, 'request-approval')).toMatchObject({ subject: { title, summary } });
  });

  it('waits as long as it takes, and then goes on', async () => {
    const tokens: string[] = [];
    const workflow = await open(['plan-1'], waitsFor(tokens));
    const arn = await workflow.start(pushEvent());
    await workflow.services.clock.advance(20 * 3_600_000);
    expect(namesOf(workflow)).not.toContain('acquire-leases');
    const output = JSON.stringify({ outcome: 'approved', planHash: 'plan-1', approvers: ['grace'], reason: 'ok' });
    await workflow.services.call('sfn', 'SendTaskSuccess', { taskToken: tokens[0], output });
    expect((await workflow.end(arn)).output).toMatchObject({ outcome: 'succeeded' });
  });

  it('ends as refused when one refuses: nothing is leased or written', async () => {
    const workflow = await open(['plan-1'], {
      'request-approval': async ({ taskToken, planHash }, { services }) => {
        const output = JSON.stringify({ outcome: 'refused', planHash, approvers: [], reason: 'refused by grace: no' });
        await services.call('sfn', 'SendTaskSuccess', { taskToken, output });
        return { requested: true };
      },
    });
    const end = await workflow.run(pushEvent());
    expect(end.output).toMatchObject({ outcome: 'refused', reason: 'refused by grace: no' });
    expect(workflow.events.map(({ type }) => type)).toEqual(['PromotionStarted', 'PromotionRefused']);
    expect(namesOf(workflow)).not.toContain('acquire-leases');
  });

  it('ends as expired when nobody answers', async () => {
    const workflow = await open(['plan-1'], waitsFor([]));
    const end = await workflow.run(pushEvent());
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'expired', reason: 'nobody agreed' } });
    expect(inputOf(workflow, 'close-approval')).toMatchObject({ approvalId: 'delivery-1' });
    expect(inputOf(workflow, 'record-outcome')).toMatchObject({ outcome: 'refused', reason: 'nobody agreed' });
    expect(namesOf(workflow)).not.toContain('commit-promotion');
  });

  it('goes on when the ledger knows of an approval that came just in time', async () => {
    const workflow = await open(['plan-1'], {
      ...waitsFor([]),
      'close-approval': () => ({ outcome: 'approved', reason: 'approved by grace' }),
    });
    expect((await workflow.run(pushEvent())).output).toMatchObject({ outcome: 'succeeded' });
  });

  it('is refused when the plan moved while people thought about it', async () => {
    const workflow = await open(['plan-1', 'plan-2']);
    expect((await workflow.run(pushEvent())).output).toMatchObject({ outcome: 'refused', reason: 'the world moved' });
    expect(namesOf(workflow)).not.toContain('commit-promotion');
  });

  it('is refused when the plan moved while it waited for a lease', async () => {
    const gone = 'arn:aws:states:eu-central-1:111122223333:execution:promote-release:long-ago';
    const workflow = await open(['plan-1', 'plan-1', 'plan-2'], {
      'acquire-leases': () => ({ outcome: 'busy', reason: 'busy', services: [], leases: [], holder: gone }),
    });
    expect((await workflow.run(pushEvent())).output).toMatchObject({ outcome: 'refused', reason: 'the world moved' });
  });

  it.each(['request-approval', 'close-approval'])(
    'records, tells and frees when %s cannot be carried out',
    async (name) => {
      const workflow = await open(['plan-1'], {
        ...waitsFor([]),
        [name]: () => {
          throw new FunctionFailure('ForbiddenError');
        },
      });
      expect(await workflow.run(pushEvent())).toMatchObject({ status: 'FAILED', error: 'ForbiddenError' });
      expect(namesOf(workflow)).toContain('release-leases');
    },
  );
});
