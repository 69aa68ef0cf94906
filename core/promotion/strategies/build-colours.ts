// What the ledger remembers of colours after a commit: what is live, what the other colour holds, and how long it is kept.
import type { ColoursRecord } from '../../../contracts/ledger/colours.ts';
import { ledgerKey, ledgerKind } from '../../../contracts/ledger.ts';
import type { LeaseGrant, Promotion, ResolvedService } from '../../../contracts/workflows/promotion.ts';
import { type Colour, readColours } from './blue-green-strategy.ts';

export interface ColouredCommit {
  readonly promotion: Promotion;
  readonly services: readonly ResolvedService[];
  readonly leases: readonly LeaseGrant[];
  readonly committedAt: string;
  /** As it stands now. */
  readonly overlay: string;
  readonly warmMinutes: number;
  deploymentOf(service: string): string;
}

/** One record for each service whose lease is ours. The colour that is not live is kept warm from this commit on. */
export function buildColours({ promotion, services, leases, ...commit }: ColouredCommit): ColoursRecord[] {
  const { environment, promotionId } = promotion;
  const warmUntil = new Date(Date.parse(commit.committedAt) + commit.warmMinutes * 60_000).toISOString();
  return services.flatMap(({ name }) => {
    const lease = leases.find(({ service }) => service === name);
    if (lease === undefined) return [];
    const { active, digests, replicas } = readColours(commit.overlay, commit.deploymentOf(name));
    const held = (colour: Colour) => {
      const digest = digests[colour];
      return { ...(digest === undefined ? {} : { digest }), replicas: replicas[colour] };
    };
    return {
      ...ledgerKey.colours(environment, name),
      kind: ledgerKind.colours,
      sortKey: `${environment}#${name}`,
      environment,
      service: name,
      active,
      blue: held('blue'),
      green: held('green'),
      promotionId,
      recordedAt: commit.committedAt,
      warmUntil,
      fencingToken: lease.fencingToken,
    };
  });
}
