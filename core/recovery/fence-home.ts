// The databases that a fail-over has left behind without reaching them: which are still to be fenced, and what is written once they are.
import { type RecoveryDetail, recoverySource } from '../../contracts/events/recovery.ts';
import { failOverKeys } from '../../contracts/ledger/fail-overs.ts';
import type { SiteRecord } from '../../contracts/ledger/sites.ts';
import type { HomeFence } from '../../contracts/workflows/fence-home.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';

/**
 * Of environments that are away, and stay there for now. While one moves nothing is fenced: a fail-back makes the database at home the
 * live one, and that must take writes.
 */
export function planHomeFences(sites: readonly SiteRecord[]): HomeFence[] {
  return sites
    .filter(({ site, movedBy }) => site === 'recovery' && movedBy === undefined)
    .flatMap(({ environment, unfenced = [] }) =>
      unfenced.map((each) => ({ ...each, environment, replaces: [each.fence.job] })),
    );
}

export interface HomeFenceParts {
  readonly region: string;
  readonly now: string;
  findSite(environment: string): Promise<SiteRecord | undefined>;
  /** Writes it unless the environment moves, or has moved since. Answers whether it was written. */
  putUnmoved(record: SiteRecord): Promise<boolean>;
  readonly publisher: EventPublisher;
}

/** Tells first: what was told and not written is fenced, told and written once more by the next round. Returns `environment/database` of each. */
export async function recordHomeFences(
  parts: HomeFenceParts,
  fenced: readonly HomeFence[],
  executionArn: string,
): Promise<string[]> {
  const recorded: string[] = [];
  for (const environment of new Set(fenced.map((each) => each.environment))) {
    const site = await parts.findSite(environment);
    if (site === undefined || planHomeFences([site]).length === 0) continue;
    const { unfenced = [], ...rest } = site;
    const done = unfenced.filter((each) => fenced.some((other) => isSame(each, other)));
    const left = unfenced.filter((each) => !done.includes(each));
    const [first] = done;
    if (first === undefined) continue;
    await parts.publisher.publish({
      source: recoverySource,
      detailType: 'HomeDatabasesFenced',
      detail: describe(parts, site.environment, first.failOverId, done, left, executionArn),
    });
    const record = { ...rest, ...failOverKeys.site(environment), ...(left.length === 0 ? {} : { unfenced: left }) };
    if (await parts.putUnmoved(record)) recorded.push(...done.map(({ database }) => `${environment}/${database}`));
  }
  return recorded;
}

type Unfenced = NonNullable<SiteRecord['unfenced']>[number];

function isSame(left: Unfenced, right: Unfenced): boolean {
  return left.database === right.database && left.failOverId === right.failOverId;
}

function describe(
  { region, now }: HomeFenceParts,
  environment: string,
  failOverId: string,
  done: readonly Unfenced[],
  left: readonly Unfenced[],
  executionArn: string,
): RecoveryDetail {
  const nameAll = (each: readonly Unfenced[]): string => each.map(({ database }) => database).join(', ');
  const rest = left.length === 0 ? '' : `; ${nameAll(left)} could not be reached yet`;
  return {
    metadata: {
      ...{ eventId: `${failOverId}-fenced-${nameAll(done)}`.slice(0, 200), correlationId: `fail-over/${failOverId}` },
      ...{ occurredAt: now, actor: 'fence-home' },
    },
    recovery: { id: failOverId, environments: [environment], region, executionArn, to: 'recovery' },
    reason: `the region that was left answers again: ${nameAll(done)} there takes no writes any more${rest}. What was written there since the fail-over is in it alone`,
    lines: [],
  };
}
