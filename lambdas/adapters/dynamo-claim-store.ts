// Claims of webhook deliveries and of their bodies, in the ledger.
import { claimRecord, ledgerKey } from '../../contracts/ledger.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClaimStore } from '../../core/ingress/claim-delivery.ts';
import { fromItem } from './attribute-values.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Longer than the function may run: when the lease is over its holder is certainly dead. */
const leaseMilliseconds = 15_000;

/** Keeps claims for `retentionDays`. */
export function createDynamoClaimStore(ledger: DynamoLedger, clock: Clock, retentionDays: number): ClaimStore {
  const expiresAt = (): number => Math.floor(clock.now() / 1000) + retentionDays * 86_400;
  const bodyKey = (digest: string) => ledgerKey.claim('github-body', digest);
  const isOurs = (holder: string) => ({
    expression: 'holder = :holder AND #status = :inProgress',
    names: { '#status': 'status' },
    values: { ':holder': holder, ':inProgress': 'in-progress' },
  });

  return {
    async bindDelivery(deliveryId, bodyDigest) {
      const { written } = await ledger.put(
        {
          ...ledgerKey.claim('github-delivery', deliveryId),
          status: 'done',
          holder: 'ingress',
          bodyDigest,
          expiresAt: expiresAt(),
        },
        {
          expression: 'attribute_not_exists(pk) OR bodyDigest = :bodyDigest',
          values: { ':bodyDigest': bodyDigest },
        },
      );
      return written ? 'bound' : 'conflict';
    },

    async takeBody(bodyDigest, deliveryId, holder) {
      const result = await ledger.put(
        {
          ...bodyKey(bodyDigest),
          status: 'in-progress',
          holder,
          deliveryId,
          leaseUntilMilliseconds: clock.now() + leaseMilliseconds,
          expiresAt: expiresAt(),
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

    async completeBody(bodyDigest, holder) {
      await ledger.update(bodyKey(bodyDigest), { status: 'done' }, isOurs(holder), ['leaseUntilMilliseconds']);
    },

    async releaseBody(bodyDigest, holder) {
      await ledger.update(bodyKey(bodyDigest), { leaseUntilMilliseconds: 0 }, isOurs(holder));
    },
  };
}
