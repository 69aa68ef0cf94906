// Tests of core/rollback/take-decision.ts: what a plan that moved, and a version that is not to blame, leave behind. Records on the local DynamoDB.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { promotionSucceededExample } from '../../../contracts/events/promotion.ts';
import { unhealthyPromotionPattern } from '../../../contracts/events/rollback.ts';
import { decisionRecord } from '../../../contracts/ledger/decisions.ts';
import type { DeploymentRecord } from '../../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../../contracts/ledger.ts';
import { planChangeInGit } from '../../../core/promotion/plan-change-in-git.ts';
import { takeDecision } from '../../../core/rollback/take-decision.ts';
import {
  createDynamoAlertWatch,
  createDynamoQuarantines,
  createDynamoRollbackHistory,
  createDynamoRollbackLedger,
} from '../../../lambdas/adapters/dynamo-rollback-store.ts';
import { openLedger, type TestLedger } from '../../lambdas/adapters/open-ledger.ts';
import { configuration } from '../gates/gate-facts-builder.ts';
import { at } from './change-builder.ts';

const service = 'api-gateway';
const digestOf = (name: string) => `sha256:${name.repeat(64)}`;
const deployed = (name: string, minute: number, outcome: 'succeeded' | 'failed' = 'succeeded') =>
  ({
    version: `sha-${name}`,
    commit: name.repeat(40),
    image: 'ghcr.io/pyairtable/api-gateway',
    digest: digestOf(name),
    promotionId: `promotion-${name}`,
    correlationId: 'c',
    outcome,
    startedAt: at(minute),
    committedAt: at(minute),
    finishedAt: at(minute + 2),
  }) as DeploymentRecord;

let test: TestLedger;
let overlay: string;
let history: DeploymentRecord[];
beforeEach(async () => {
  test = await openLedger();
  overlay = readFileSync('gitops/overlays/prod/kustomization.yaml', 'utf8');
  history = [deployed('b', 100), deployed('a', 0)];
});
afterEach(async () => await test.stop());

const repository = { read: async () => ({ revision: 'tip', content: overlay }) };
const decide = async (input: Partial<Parameters<typeof takeDecision>[2]>) =>
  await takeDecision(
    configuration,
    {
      planning: {
        history: { ...createDynamoRollbackHistory(test.ledger, 'sha-{sha}'), listDeployments: async () => history },
        isAlertResolved: createDynamoAlertWatch(test.ledger),
        registry: { findDigest: async (_, digest) => digest },
        listQuarantines: createDynamoQuarantines(test.ledger),
      },
      ledger: createDynamoRollbackLedger(test.ledger),
      repository,
    },
    { rollbackId: 'r', executionArn: 'arn:r', startedAt: at(200), ...input },
  );
const request = { service, environment: 'prod', actor: 'ada-release', reason: 'it hurts' };
const quarantines = async () => Object.keys(await createDynamoQuarantines(test.ledger)(service));

describe('a plan that somebody agreed to', () => {
  const look = async () => {
    const { promotion, services } = await decide({ request, rollbackId: 'plan', planOnly: true });
    return (await planChangeInGit(configuration, repository, promotion, services)).planHash;
  };

  it('is carried out as it was seen; to look at it leaves nothing behind', async () => {
    const planHash = await look();
    expect(await quarantines()).toEqual([]);
    expect(await decide({ request: { ...request, planHash } })).toMatchObject({ outcome: 'acted' });
    expect(await quarantines()).toEqual([digestOf('b')]);
  });

  it.each([
    ['the target is another one', () => history.splice(1, 1, deployed('c', 0))],
    [
      'Git says something else',
      () => {
        overlay = overlay.replace(
          'ghcr.io/pyairtable/api-gateway\n    newTag: bootstrap',
          'ghcr.io/pyairtable/api-gateway\n    newTag: other',
        );
      },
    ],
  ])('is refused when %s by now: nothing is quarantined, and the refusal is recorded', async (_, move) => {
    const planHash = await look();
    move();
    expect(await decide({ request: { ...request, planHash } })).toMatchObject({
      outcome: 'refused',
      rule: 'plan-agreed-to',
      services: [],
      blamed: [],
    });
    expect(await quarantines()).toEqual([]);
    expect(await test.ledger.find(decisionRecord, ledgerKey.decision('r', 'rollback-release'))).toMatchObject({
      rule: 'rollback-release/plan-agreed-to',
      words: expect.stringContaining('the world moved'),
    });
  });
});

describe('a canary that a gate held until its time was over', () => {
  const failed = (error: string) => {
    const { promotion } = promotionSucceededExample;
    history = [deployed('b', 190, 'failed'), deployed('a', 0)];
    const detail = {
      ...promotionSucceededExample,
      promotion: { ...promotion, promotionId: 'promotion-b', environment: 'prod', services: [service] },
      failure: { kind: 'failed' as const, error },
    };
    return { event: { source: 'automation.promotion', 'detail-type': 'PromotionFailed', detail } };
  };

  it('goes back, and may come again: nothing says that it is bad', async () => {
    expect(unhealthyPromotionPattern.detail.failure.error).toContain('CanaryHeld');
    expect(await decide(failed('CanaryHeld'))).toMatchObject({
      outcome: 'acted',
      isInnocent: true,
      reason: expect.stringContaining('a gate held it until its time was over'),
    });
    expect(await quarantines()).toEqual([]);
  });

  it('is no excuse for one that did not become healthy', async () => {
    const decision = await decide(failed('RolloutFailed'));
    expect([decision.outcome, decision.isInnocent]).toEqual(['acted', undefined]);
    expect(await quarantines()).toEqual([digestOf('b')]);
  });
});
