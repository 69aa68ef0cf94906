// What succeeded in one environment travels on to the next: core/promotion/plan-travel.ts.
import { describe, expect, it } from '@jest/globals';
import { promotionSucceededExample } from '../../../contracts/events/promotion.ts';
import type { DeploymentRecord } from '../../../contracts/ledger/deployments.ts';
import { planPromotion } from '../../../core/promotion/plan-promotion.ts';
import type { PlanningPorts } from '../../../core/promotion/promotion-plan.ts';
import { configuration } from '../gates/gate-facts-builder.ts';
import { commitA, commitB } from './promotion-builder.ts';

const context = { promotionId: 'next', executionArn: 'arn', startedAt: '2026-11-23T20:01:00.000Z' };
const detail = {
  ...promotionSucceededExample,
  promotion: { ...promotionSucceededExample.promotion, environment: 'staging', services: ['api-gateway', 'frontend'] },
};
const deployed = (service: string, commit: string, change: Partial<DeploymentRecord> = {}) =>
  ({
    service,
    version: `sha-${commit}`,
    commit,
    outcome: 'succeeded',
    digest: `sha256:${commit}`,
    promotionId: detail.promotion.promotionId,
    ...change,
  }) as DeploymentRecord;

const plan = async (
  deployments: Record<string, DeploymentRecord[]>,
  event: object = {},
  inProd: Record<string, DeploymentRecord[]> = {},
) =>
  await planPromotion(
    configuration,
    {
      history: {
        listDeployments: async (environment: string, service: string) =>
          (environment === 'prod' ? inProd : deployments)[service] ?? [],
      },
    } as unknown as PlanningPorts,
    { event: { source: 'automation.promotion', 'detail-type': 'PromotionSucceeded', detail: { ...detail, ...event } } },
    context,
  );

describe('a success in the environment before', () => {
  it('promotes just what that promotion has deployed, each in its own version, by recorded digests', async () => {
    const { outcome, reason, promotion } = await plan({
      'api-gateway': [deployed('api-gateway', commitB, { promotionId: 'later' }), deployed('api-gateway', commitA)],
      frontend: [deployed('frontend', commitB)],
    });
    expect(outcome).toBe('promote');
    expect(reason).toBe('api-gateway, frontend to prod: it succeeded in staging');
    expect(promotion).toMatchObject({
      environment: 'prod',
      services: [
        { name: 'api-gateway', version: `sha-${commitA}`, commit: commitA },
        { name: 'frontend', version: `sha-${commitB}`, commit: commitB },
      ],
      recordedDigestsOnly: true,
      awaitsBuild: false,
      actor: detail.metadata.actor,
      correlationId: detail.metadata.correlationId,
      causationId: detail.metadata.eventId,
      desiredAt: detail.metadata.occurredAt,
    });
  });

  it('asks nobody for what the next environment runs already, as after a switch back of colours', async () => {
    const inStaging = {
      'api-gateway': [deployed('api-gateway', commitA)],
      frontend: [deployed('frontend', commitA)],
    };
    const other = { promotionId: 'other' };
    const there = { 'api-gateway': [deployed('api-gateway', commitA, other), deployed('api-gateway', commitB, other)] };
    const one = await plan(inStaging, {}, there);
    expect([one.outcome, one.promotion.services.map(({ name }) => name)]).toEqual(['promote', ['frontend']]);
    const both = await plan(inStaging, {}, { ...there, frontend: [deployed('frontend', commitA, other)] });
    expect([both.outcome, both.reason]).toEqual(['nothing', 'prod runs what succeeded in staging already']);
    // What was tried there last and failed, or ran before something else, does not run there.
    const failed = [deployed('api-gateway', commitA, { ...other, outcome: 'failed' })];
    const older = [deployed('frontend', commitB, other), deployed('frontend', commitA, other)];
    const again = await plan(inStaging, {}, { 'api-gateway': failed, frontend: older });
    expect(again.promotion.services.map(({ name }) => name)).toEqual(['api-gateway', 'frontend']);
  });

  it('leads nowhere from the last environment, nor with what failed or is not recorded', async () => {
    const promotion = { ...detail.promotion, environment: 'prod' };
    expect(await plan({}, { promotion })).toMatchObject({ outcome: 'nothing', reason: 'nothing follows on prod' });
    const failed = { 'api-gateway': [deployed('api-gateway', commitA, { outcome: 'failed' })] };
    expect((await plan(failed)).outcome).toBe('nothing');
  });
});
