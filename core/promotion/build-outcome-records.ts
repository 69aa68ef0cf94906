// What the ledger keeps of a promotion that has ended.

import { buildDecisionRecord, type DecisionRecord } from '../../contracts/ledger/decisions.ts';
import type { CurrentRecord, DeploymentRecord } from '../../contracts/ledger/deployments.ts';
import type { PromotionRecord } from '../../contracts/ledger/promotions.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { LeaseGrant, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';

export interface Outcome {
  readonly outcome: 'succeeded' | 'failed' | 'refused' | 'superseded' | 'nothing';
  readonly reason: string;
  readonly promotion: Promotion;
  readonly services: readonly ResolvedService[];
  readonly leases: readonly LeaseGrant[];
  readonly revision: string | undefined;
  /** When it reached Git. */
  readonly committedAt: string | undefined;
  readonly warnings: readonly string[];
  readonly finishedAt: string;
}

/** The promotion itself; there is none when nothing was to be promoted. */
export function buildPromotionRecord({ outcome, promotion, ...rest }: Outcome): PromotionRecord | undefined {
  if (outcome === 'nothing') return undefined;
  return {
    ...ledgerKey.promotion(promotion.promotionId),
    kind: ledgerKind.promotion(promotion.environment),
    sortKey: `${promotion.startedAt}#${promotion.promotionId}`,
    ...whoAndWhen(promotion),
    outcome,
    reason: rest.reason,
    services: rest.services.map(({ name, version, digest }) => ({ name, version, ...(digest ? { digest } : {}) })),
    repository: promotion.repository,
    commit: promotion.commit,
    ...(rest.revision === undefined ? {} : { revision: rest.revision }),
    finishedAt: rest.finishedAt,
    warnings: [...rest.warnings],
  };
}

/** One entry for each service whose environment was changed: only what has reached Git is a deployment. */
export function buildDeploymentRecords(
  { outcome, promotion, services, leases, revision, committedAt, reason, finishedAt }: Outcome,
  previousDigests: Readonly<Record<string, string>>,
): DeploymentRecord[] {
  if (revision === undefined || (outcome !== 'succeeded' && outcome !== 'failed')) return [];
  return services.flatMap((service) => {
    const lease = leases.find((grant) => grant.service === service.name);
    if (lease === undefined || service.digest === undefined) return [];
    const previousDigest = previousDigests[service.name];
    return {
      ...ledgerKey.deployment(promotion.environment, service.name, promotion.startedAt, promotion.promotionId),
      kind: ledgerKind.deployment(promotion.environment),
      sortKey: `${finishedAt}#${service.name}`,
      ...whoAndWhen(promotion),
      service: service.name,
      version: service.version,
      image: service.image,
      digest: service.digest,
      commit: service.commit,
      revision,
      finishedAt,
      fencingToken: lease.fencingToken,
      outcome,
      ...(committedAt === undefined ? {} : { committedAt }),
      ...(outcome === 'failed' ? { reason } : {}),
      ...(previousDigest === undefined ? {} : { previousDigest }),
    };
  });
}

/** The pointer that a successful deployment becomes. */
export function buildCurrentRecord(deployment: DeploymentRecord): CurrentRecord {
  const { outcome, reason, previousDigest, ...deployed } = deployment;
  return {
    ...deployed,
    ...ledgerKey.current(deployment.environment, deployment.service),
    kind: ledgerKind.current,
    sortKey: `${deployment.environment}#${deployment.service}`,
  };
}

/** Why it went as it went, under the rule that decided. A rollback's decision was recorded before anything was done. */
export function buildDecision({
  outcome,
  promotion,
  reason,
  services,
  finishedAt,
}: Outcome): DecisionRecord | undefined {
  if (promotion.change === 'rollback') return undefined;
  const words = {
    succeeded: 'acted',
    failed: 'acted',
    refused: 'refused',
    superseded: 'suppressed',
    nothing: 'suppressed',
  };
  return buildDecisionRecord('promote-release', {
    promotionId: promotion.promotionId,
    rule: 'promote-release',
    outcome: words[outcome] as DecisionRecord['outcome'],
    words: reason,
    inputs: {
      environment: promotion.environment,
      commit: promotion.commit,
      reason: promotion.reason,
      services: services.map(({ name }) => name),
    },
    occurredAt: finishedAt,
    correlationId: promotion.correlationId,
    causationId: promotion.causationId,
  });
}

function whoAndWhen(promotion: Promotion) {
  const { promotionId, environment, actor, executionArn, startedAt, correlationId, causationId, change } = promotion;
  const who = { promotionId, environment, actor, executionArn, startedAt, correlationId, causationId };
  return change === undefined ? who : { ...who, change };
}
