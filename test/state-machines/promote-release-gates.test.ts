// promote-release before gates that are closed: it waits for those that open by themselves, and tells people once.
import { afterEach, describe, expect, it } from '@jest/globals';
import { promotionDetailSchema } from '../../contracts/events/promotion.ts';
import { buildGateAnswer, openWorkflow, pushEvent } from './promote-release-harness.ts';
import type { StubInput, WorkflowHarness } from './workflow-harness.ts';

const opened: WorkflowHarness[] = [];
afterEach(async () => {
  for (const { services } of opened.splice(0)) await services.stop();
});

interface Asked {
  readonly askedAt: string;
  readonly wait?: { readonly since: string; readonly told: string[] };
}

/** Gates that are closed for so many minutes from when they are asked first. */
const open = async (minutes: number) => {
  const asked: Asked[] = [];
  const workflow = await openWorkflow({
    'evaluate-gates': (input: StubInput) => {
      const { askedAt, wait } = input as unknown as Asked;
      asked.push({ askedAt, ...(wait === undefined ? {} : { wait }) });
      const since = wait?.since ?? askedAt;
      const until = Date.parse(since) + minutes * 60_000;
      if (Date.parse(askedAt) >= until) return buildGateAnswer();
      const told = ['not-frozen'];
      const isNews = wait === undefined;
      return buildGateAnswer({
        outcome: 'waiting',
        reason: 'frozen by weekend',
        // Asked again half way: a gate may have to be looked at more often than it opens.
        wait: {
          since,
          attempts: 0,
          told,
          until: new Date((Date.parse(askedAt) + until) / 2 + 500).toISOString(),
          isNews,
        },
      });
    },
  });
  opened.push(workflow);
  return { workflow, asked };
};

describe('promote-release before a closed gate', () => {
  it('waits until it opens, hands on since when, tells people once, and goes on', async () => {
    const { workflow, asked } = await open(40);
    expect((await workflow.run(pushEvent())).output).toMatchObject({ outcome: 'succeeded' });
    expect(asked.length).toBeGreaterThan(2);
    expect(new Set(asked.slice(1).map(({ wait }) => wait?.since))).toEqual(new Set([asked[0]?.askedAt]));
    const waited = Date.parse(asked.at(-1)?.askedAt ?? '') - Date.parse(asked[0]?.askedAt ?? '');
    expect(waited).toBeGreaterThanOrEqual(40 * 60_000);
    const types = workflow.events.map(({ type }) => type);
    expect(types).toEqual(['PromotionStarted', 'PromotionWaiting', 'PromotionSucceeded']);
    expect(promotionDetailSchema.parse(workflow.events[1]?.detail)).toMatchObject({ reason: 'frozen by weekend' });
  });

  it('leases and writes nothing while it waits', async () => {
    const { workflow } = await open(100_000);
    await workflow.start(pushEvent());
    await workflow.services.clock.advance(3 * 3_600_000);
    const names = workflow.calls.map(({ name }) => name);
    expect(names).not.toContain('acquire-leases');
    expect(names.filter((name) => name === 'evaluate-gates').length).toBeLessThan(20);
  });

  it('takes the plan that a person saw from the request', async () => {
    const { workflow } = await open(0);
    const planHash = 'f'.repeat(64);
    const request = { version: 'sha-aaaaaaa', environment: 'prod', actor: 'grace', reason: 'x', planHash };
    await workflow.run({ request }, 'by-hand');
    expect(workflow.calls.find(({ name }) => name === 'evaluate-gates')?.input).toMatchObject({
      expectedPlanHash: planHash,
    });
  });
});
