// Takes the leases of a promotion: all or none, so that two promotions never wait for each other.
import type { LeaseGrant, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { Wish } from './decide-newest.ts';

/** Conditional single-item writes: of two callers at once one wins. */
export interface LeaseStore {
  /** Makes `wish` the newest, unless a newer one is known; then returns that. */
  wish(environment: string, service: string, wish: Wish & { readonly version: string }): Promise<Wish | undefined>;
  /**
   * Takes a lease that is free, ours, expired, or held by `deadHolder`; each change of holder raises the fencing token.
   * Returns the grant, or who holds it.
   */
  take(
    environment: string,
    service: string,
    holder: string,
    options: {
      readonly promotionId: string;
      readonly durationSeconds: number;
      readonly deadHolder?: string | undefined;
    },
  ): Promise<Omit<LeaseGrant, 'service'> | { readonly holder: string }>;
  /** Gives back what `holder` holds under this token; anything else stays as it is. */
  release(environment: string, service: string, holder: string, fencingToken: number): Promise<boolean>;
}

export interface LeaseDecision {
  readonly outcome: 'acquired' | 'busy' | 'superseded';
  readonly reason: string;
  readonly services: readonly ResolvedService[];
  readonly leases: readonly LeaseGrant[];
  readonly holder?: string;
}

/** Time for commit, smoke tests and records besides the rollout itself. */
const marginSeconds = 15 * 60;

/**
 * Registers what the promotion wants and takes the leases of what nobody wants newer. Services with a newer wish drop out;
 * when none is left the promotion is superseded. When one lease is held elsewhere, nothing is kept.
 */
export async function acquireLeases(
  store: LeaseStore,
  promotion: Promotion,
  services: readonly ResolvedService[],
  deadHolder?: string,
): Promise<LeaseDecision> {
  const wanted: ResolvedService[] = [];
  const newer: string[] = [];
  for (const service of services) {
    const other = await store.wish(promotion.environment, service.name, wishOf(promotion, service));
    if (other === undefined) wanted.push(service);
    else newer.push(`${service.name} (${other.commit.slice(0, 7)} of ${other.desiredAt})`);
  }
  const dropped = newer.length === 0 ? '' : `newer is wanted for ${newer.join(', ')}`;
  if (wanted.length === 0) return { outcome: 'superseded', reason: dropped, services: [], leases: [] };

  const leases: LeaseGrant[] = [];
  for (const service of wanted.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const answer = await store.take(promotion.environment, service.name, promotion.executionArn, {
      promotionId: promotion.promotionId,
      durationSeconds: promotion.rolloutTimeoutSeconds + marginSeconds,
      deadHolder,
    });
    if ('holder' in answer) {
      await releaseAll(store, promotion, leases);
      return {
        outcome: 'busy',
        reason: `${service.name} in ${promotion.environment} is being changed by ${answer.holder}`,
        services,
        leases: [],
        holder: answer.holder,
      };
    }
    leases.push({ service: service.name, ...answer });
  }
  const names = wanted.map(({ name }) => name).join(', ');
  return { outcome: 'acquired', reason: `${names} leased${dropped && `; ${dropped}`}`, services: wanted, leases };
}

/** Gives back every lease; returns the services whose lease was still ours. */
export async function releaseAll(
  store: Pick<LeaseStore, 'release'>,
  promotion: Promotion,
  leases: readonly LeaseGrant[],
): Promise<string[]> {
  const released: string[] = [];
  for (const { service, fencingToken } of leases) {
    if (await store.release(promotion.environment, service, promotion.executionArn, fencingToken))
      released.push(service);
  }
  return released;
}

function wishOf(promotion: Promotion, service: ResolvedService): Wish & { readonly version: string } {
  return {
    promotionId: promotion.promotionId,
    version: service.version,
    commit: service.commit,
    desiredAt: promotion.desiredAt,
    ...(promotion.previousCommit === undefined ? {} : { previousCommit: promotion.previousCommit }),
  };
}
