// The plan of a promotion in the form that people agree to: its hash stands for all of it.
import type { Promotion, ResolvedService } from '../../contracts/workflows/promote-release.ts';
import { hashPlan } from '../plans/hash-plan.ts';

export interface ChangePlan {
  readonly planHash: string;
  /** What happens, as the end of "asks to …". */
  readonly title: string;
  /** One fact a line. */
  readonly summary: readonly string[];
}

/** Pure: the same world gives the same hash; what moves in it gives another. */
export function planChange(promotion: Promotion, services: readonly ResolvedService[]): ChangePlan {
  const changes = services.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const planHash = hashPlan({
    environment: promotion.environment,
    services: changes.map(({ name, version, image, digest }) => ({ name, version, image, digest })),
  });
  return {
    planHash,
    title: `promote ${changes.map(({ name }) => name).join(', ')} to ${promotion.environment}`,
    summary: [
      ...changes.map(({ name, version, digest = 'no digest' }) => `${name}: ${version} (${digest})`),
      `because of: ${promotion.reason}`,
    ],
  };
}
