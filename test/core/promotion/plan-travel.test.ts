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
    promotionId: detail.promotion.promotionId,
    ...change,
  }) as DeploymentRecord;

const plan = async (deployments: Record<string, DeploymentRecord[]>, event: object = {}) =>
  await planPromotion(
    configuration,
    {
      history: { listDeployments: async (_: string, service: string) => deployments[service] ?? [] },
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

  it('leads nowhere from the last environment, nor with what failed or is not recorded', async () => {
    const promotion = { ...detail.promotion, environment: 'prod' };
    expect(await plan({}, { promotion })).toMatchObject({ outcome: 'nothing', reason: 'nothing follows on prod' });
    const failed = { 'api-gateway': [deployed('api-gateway', commitA, { outcome: 'failed' })] };
    expect((await plan(failed)).outcome).toBe('nothing');
  });
});
