// The plan for what has just succeeded in the environment before: the same digests travel on.
import type { Configuration } from '../../config/schema.ts';
import type { PromotionDetail } from '../../contracts/events/promotion.ts';
import type { PlannedService } from '../../contracts/workflows/promotion.ts';
import { draft, type PlanningContext, type PlanningPorts, type PromotionPlan, timeoutsOf } from './promotion-plan.ts';

/**
 * Versions are those that the ledger says were deployed by that promotion; where one is what runs in the next environment
 * already, as after a switch back of colours, nobody is asked for it again. Throws only what the ports throw.
 */
export async function planTravel(
  configuration: Configuration,
  { history }: Pick<PlanningPorts, 'history'>,
  { metadata, promotion: earlier, url }: PromotionDetail,
  context: PlanningContext,
): Promise<PromotionPlan> {
  const known = {
    actor: metadata.actor,
    correlationId: metadata.correlationId,
    causationId: metadata.eventId,
    repository: earlier.repository,
    commit: earlier.commit,
    version: earlier.version,
  };
  const nothing = (reason: string): PromotionPlan => ({ outcome: 'nothing', reason, promotion: draft(context, known) });
  const [environment, target] =
    Object.entries(configuration.environments).find(([, { promoteFrom }]) => promoteFrom === earlier.environment) ?? [];
  if (environment === undefined || target === undefined) return nothing(`nothing follows on ${earlier.environment}`);
  const found = await Promise.all(
    earlier.services
      .filter((name) => Object.hasOwn(configuration.services, name))
      .map(async (name): Promise<readonly (PlannedService & { readonly hasArrived: boolean })[]> => {
        const [deployments, [newest]] = await Promise.all([
          history.listDeployments(earlier.environment, name),
          history.listDeployments(environment, name),
        ]);
        const own = deployments.find(
          ({ promotionId, outcome }) => promotionId === earlier.promotionId && outcome === 'succeeded',
        );
        if (own === undefined) return [];
        const hasArrived = newest?.outcome === 'succeeded' && newest.digest === own.digest;
        return [{ name, version: own.version, commit: own.commit, hasArrived }];
      }),
  );
  const deployed = found.flat();
  if (deployed.length === 0)
    return nothing(`no deployment to ${earlier.environment} by ${earlier.promotionId} is recorded`);
  const services = deployed
    .filter(({ hasArrived }) => !hasArrived)
    .map(({ name, version, commit }): PlannedService => ({ name, version, commit }));
  if (services.length === 0) return nothing(`${environment} runs what succeeded in ${earlier.environment} already`);
  return {
    outcome: 'promote',
    reason: `${services.map(({ name }) => name).join(', ')} to ${environment}: it succeeded in ${earlier.environment}`,
    promotion: draft(context, {
      ...known,
      ...timeoutsOf(target),
      environment,
      services,
      desiredAt: metadata.occurredAt,
      reason: `success in ${earlier.environment}`,
      recordedDigestsOnly: true,
      ...(url === undefined ? {} : { url }),
    }),
  };
}
