// Writes how a promotion ended: can be repeated, and never overwrites what a later holder of the lease wrote.

import type { DecisionRecord } from '../../contracts/ledger/decisions.ts';
import type { CurrentRecord, DeploymentRecord } from '../../contracts/ledger/deployments.ts';
import type { PromotionRecord } from '../../contracts/ledger/promotions.ts';
import {
  buildCurrentRecord,
  buildDecision,
  buildDeploymentRecords,
  buildPromotionRecord,
  type Outcome,
} from './build-outcome-records.ts';

/** The ledger's part that remembers outcomes; each write is one conditional put. */
export interface OutcomeStore {
  findCurrent(environment: string, service: string): Promise<CurrentRecord | undefined>;
  putPromotion(record: PromotionRecord): Promise<void>;
  putDecision(record: DecisionRecord): Promise<void>;
  /** Appends; the same one twice is written once. */
  appendDeployment(record: DeploymentRecord): Promise<void>;
  /** Moves the pointer unless it was moved under a later fencing token. Returns whether it did. */
  moveCurrent(record: CurrentRecord): Promise<boolean>;
}

/** Records everything; returns the sentence for people and the services whose deployment was written. */
export async function recordOutcome(
  store: OutcomeStore,
  outcome: Outcome,
): Promise<{ readonly reason: string; readonly recorded: string[] }> {
  const { promotion, services } = outcome;
  const previousDigests: Record<string, string> = {};
  for (const { name } of services) {
    const current = await store.findCurrent(promotion.environment, name);
    if (current !== undefined && current.promotionId !== promotion.promotionId) previousDigests[name] = current.digest;
  }
  const deployments = buildDeploymentRecords(outcome, previousDigests);
  for (const deployment of deployments) {
    await store.appendDeployment(deployment);
    if (deployment.outcome === 'succeeded') await store.moveCurrent(buildCurrentRecord(deployment));
  }
  const promotionRecord = buildPromotionRecord(outcome);
  if (promotionRecord !== undefined) await store.putPromotion(promotionRecord);
  const decision = buildDecision(outcome);
  if (decision !== undefined) await store.putDecision(decision);
  return { reason: outcome.reason, recorded: deployments.map(({ service }) => service) };
}
