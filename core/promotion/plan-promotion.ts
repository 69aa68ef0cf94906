// Decides what an event or a person promotes: dispatches to the one plan that fits the cause.
import type { Configuration } from '../../config/schema.ts';
import { gitHubSource } from '../../contracts/events/github.ts';
import type { CausingEvent, PromotionRequest, TravelEvent } from '../../contracts/workflows/promote-release.ts';
import { planPush } from './plan-push.ts';
import { planRelease } from './plan-release.ts';
import { planRequest } from './plan-request.ts';
import { planTravel } from './plan-travel.ts';
import { draft, type PlanningContext, type PlanningPorts, type PromotionPlan } from './promotion-plan.ts';

/** Plans for an event of the bus or for a person's request. Everything it says "nothing" or "refused" to has a reason in words. */
export async function planPromotion(
  configuration: Configuration,
  ports: PlanningPorts,
  cause: { readonly event?: CausingEvent | TravelEvent | undefined; readonly request?: PromotionRequest | undefined },
  context: PlanningContext,
): Promise<PromotionPlan> {
  if (cause.request !== undefined) return await planRequest(configuration, ports, cause.request, context);
  const { event } = cause;
  if (event !== undefined && 'promotion' in event.detail) {
    return await planTravel(configuration, ports, event.detail, context);
  }
  if (event?.source === gitHubSource && event['detail-type'] === 'push') {
    return await planPush(configuration, ports, event as CausingEvent, context);
  }
  if (event?.source === gitHubSource && event['detail-type'] === 'release') {
    return await planRelease(configuration, ports, event, context);
  }
  const got = event === undefined ? 'no cause' : `${event['detail-type']} of ${event.source}`;
  return {
    outcome: 'refused',
    reason: `got ${got}: promotions start on push, release, success in the environment before, or request`,
    promotion: draft(context),
  };
}
