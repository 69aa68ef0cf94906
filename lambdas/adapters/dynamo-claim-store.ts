// Claims of webhook deliveries, of their bodies, and of alerts, in the ledger.
import { type ClaimScope, claimRecord } from '../../contracts/ledger/claims.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClaimStore } from '../../core/ingress/claim-delivery.ts';
import type { EventClaims } from '../../core/ingress/publish-once.ts';
import { fromItem } from './attribute-values.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Longer than the function may run: when the lease is over its holder is certainly dead. */
const leaseMilliseconds = 15_000;

/** Claims of alerts by their event's id, kept for `retentionDays`. */
export function createDynamoAlertClaims(ledger: DynamoLedger, clock: Clock, retentionDays: number): EventClaims {
  return createClaims(ledger, clock, retentionDays, 'alert');
}

/** Claims of what people pressed, by their event's id. Slack's signature is good for five minutes, whatever is kept longer. */
export function createDynamoInteractionClaims(ledger: DynamoLedger, clock: Clock): EventClaims {
  return createClaims(ledger, clock, 1, 'slack-interaction');
}

/** Keeps claims for `retentionDays`. */
export function createDynamoClaimStore(ledger: DynamoLedger, clock: Clock, retentionDays: number): ClaimStore {
  const bodies = createClaims(ledger, clock, retentionDays, 'github-body');
  return {
    async bindDelivery(deliveryId, bodyDigest) {
      const { written } = await ledger.put(
        {
          ...ledgerKey.claim('github-delivery', deliveryId),
          status: 'done',
          holder: 'ingress',
          bodyDigest,
          expiresAt: expiry(clock, retentionDays),
        },
        {
          expression: 'attribute_not_exists(pk) OR bodyDigest = :bodyDigest',
          values: { ':bodyDigest': bodyDigest },
        },
      );
      return written ? 'bound' : 'conflict';
    },
    takeBody: async (bodyDigest, deliveryId, holder) => await bodies.take(bodyDigest, holder, { deliveryId }),
    completeBody: async (bodyDigest, holder) => await bodies.complete(bodyDigest, holder),
    releaseBody: async (bodyDigest, holder) => await bodies.release(bodyDigest, holder),
  };
}

function createClaims(ledger: DynamoLedger, clock: Clock, retentionDays: number, scope: ClaimScope) {
  const isOurs = (holder: string) => ({
    expression: 'holder = :holder AND #status = :inProgress',
    names: { '#status': 'status' },
    values: { ':holder': holder, ':inProgress': 'in-progress' },
  });
  return {
    async take(id: string, holder: string, known: object = {}): Promise<'taken' | 'done' | 'in-progress'> {
      const result = await ledger.put(
        {
          ...ledgerKey.claim(scope, id),
          status: 'in-progress',
          holder,
          ...known,
          leaseUntilMilliseconds: clock.now() + leaseMilliseconds,
          expiresAt: expiry(clock, retentionDays),
        },
        {
          expression: 'attribute_not_exists(pk) OR (#status = :inProgress AND leaseUntilMilliseconds <= :now)',
          names: { '#status': 'status' },
          values: { ':inProgress': 'in-progress', ':now': clock.now() },
        },
      );
      if (result.written) return 'taken';
      const existing = result.existing === undefined ? undefined : claimRecord.parse(fromItem(result.existing));
      return existing?.status === 'done' ? 'done' : 'in-progress';
    },
    async complete(id: string, holder: string): Promise<void> {
      await ledger.update(ledgerKey.claim(scope, id), { status: 'done' }, isOurs(holder), ['leaseUntilMilliseconds']);
    },
    async release(id: string, holder: string): Promise<void> {
      await ledger.update(ledgerKey.claim(scope, id), { leaseUntilMilliseconds: 0 }, isOurs(holder));
    },
  };
}

function expiry(clock: Clock, retentionDays: number): number {
  return Math.floor(clock.now() / 1000) + retentionDays * 86_400;
}
