// Claims of webhook deliveries, of their bodies, and of alerts, in the ledger.

import { fromItem, type Item } from '../../contracts/ledger/attribute-values.ts';
import { type ClaimScope, claimRecord } from '../../contracts/ledger/claims.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClaimAnswer } from '../../core/ingress/await-claim.ts';
import type { ClaimStore } from '../../core/ingress/claim-delivery.ts';
import type { BatchClaims } from '../../core/ingress/publish-all-once.ts';
import type { EventClaims } from '../../core/ingress/publish-once.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Longer than the function may run: when the lease is over its holder is certainly dead. */
const leaseMilliseconds = 15_000;

/** Claims of one sender's events by their id, kept for `retentionDays`. */
export function createDynamoEventClaims(
  ledger: DynamoLedger,
  clock: Clock,
  retentionDays: number,
  sender: 'alert' | 'argocd' | 'flagger',
): BatchClaims {
  return createClaims(ledger, clock, retentionDays, sender);
}

/** Claims of what people pressed, by their event's id. Slack's signature is good for five minutes, whatever is kept longer. */
export function createDynamoInteractionClaims(ledger: DynamoLedger, clock: Clock): EventClaims {
  return createClaims(ledger, clock, 1, 'slack-interaction');
}

/** Keeps claims for `retentionDays`. */
export function createDynamoClaimStore(ledger: DynamoLedger, clock: Clock, retentionDays: number): ClaimStore {
  const bodies = createClaims(ledger, clock, retentionDays, 'github-body');
  return {
    async take({ id, bodySha256 }, holder) {
      const answer = await ledger.putAll([
        buildBinding(id, bodySha256, expiry(clock, retentionDays)),
        bodies.build(bodySha256, holder, { deliveryId: id }),
      ]);
      if (answer === 'written') return 'taken';
      const [binding, body] = answer;
      return typeof binding === 'object' ? 'conflict' : readClaim(typeof body === 'object' ? body.existing : undefined);
    },
    completeBody: async (bodyDigest, holder) => await bodies.complete(bodyDigest, holder),
    releaseBody: async (bodyDigest, holder) => await bodies.release(bodyDigest, holder),
  };
}

/** Refused only when the delivery came with another body before. */
function buildBinding(deliveryId: string, bodyDigest: string, expiresAt: number) {
  return {
    record: {
      ...ledgerKey.claim('github-delivery', deliveryId),
      status: 'done',
      holder: 'ingress',
      bodyDigest,
      expiresAt,
    },
    condition: {
      expression: 'attribute_not_exists(pk) OR bodyDigest = :bodyDigest',
      values: { ':bodyDigest': bodyDigest },
    },
  };
}

function createClaims(ledger: DynamoLedger, clock: Clock, retentionDays: number, scope: ClaimScope) {
  const isOurs = (holder: string) => ({
    expression: 'holder = :holder AND #status = :inProgress',
    names: { '#status': 'status' },
    values: { ':holder': holder, ':inProgress': 'in-progress' },
  });
  /** Refused while another one holds it, and once it is done. */
  const build = (id: string, holder: string, known: object = {}) => ({
    record: {
      ...ledgerKey.claim(scope, id),
      status: 'in-progress',
      holder,
      ...known,
      leaseUntilMilliseconds: clock.now() + leaseMilliseconds,
      expiresAt: expiry(clock, retentionDays),
    },
    condition: {
      expression: 'attribute_not_exists(pk) OR (#status = :inProgress AND leaseUntilMilliseconds <= :now)',
      names: { '#status': 'status' },
      values: { ':inProgress': 'in-progress', ':now': clock.now() },
    },
  });
  const take = async (id: string, holder: string): Promise<ClaimAnswer> => {
    const { record, condition } = build(id, holder);
    const result = await ledger.put(record, condition);
    return result.written ? 'taken' : readClaim(result.existing);
  };
  const complete = async (id: string, holder: string): Promise<void> => {
    await ledger.update(ledgerKey.claim(scope, id), { status: 'done' }, isOurs(holder), ['leaseUntilMilliseconds']);
  };
  return {
    build,
    take,
    complete,
    async takeAll(ids: readonly string[], holder: string): Promise<ClaimAnswer[]> {
      const answers = new Map<string, ClaimAnswer>();
      // What is known already drops out of the first transaction; whoever is in the way of the second is met one by one.
      for (let round = 0; round < 2; round += 1) {
        const open = ids.filter((id) => !answers.has(id));
        if (open.length === 0) break;
        const refusals = await ledger.putAll(open.map((id) => build(id, holder)));
        for (const [index, id] of open.entries()) {
          const refusal = refusals === 'written' ? 'taken' : refusals[index];
          if (refusal === 'taken') answers.set(id, 'taken');
          else if (typeof refusal === 'object') answers.set(id, readClaim(refusal.existing));
        }
      }
      return await Promise.all(ids.map(async (id) => answers.get(id) ?? (await take(id, holder))));
    },
    async completeAll(ids: readonly string[], holder: string): Promise<void> {
      if (ids.length === 0) return;
      const done = ids.map((id) => ({
        record: { ...ledgerKey.claim(scope, id), status: 'done', holder, expiresAt: expiry(clock, retentionDays) },
        condition: isOurs(holder),
      }));
      if ((await ledger.putAll(done)) === 'written') return;
      await Promise.all(ids.map(async (id) => await complete(id, holder)));
    },
    async release(id: string, holder: string): Promise<void> {
      await ledger.update(ledgerKey.claim(scope, id), { leaseUntilMilliseconds: 0 }, isOurs(holder));
    },
  };
}

/** What another one's claim says; without it somebody is at it this very moment. */
function readClaim(existing: Item | undefined): 'done' | 'in-progress' {
  return existing !== undefined && claimRecord.parse(fromItem(existing)).status === 'done' ? 'done' : 'in-progress';
}

function expiry(clock: Clock, retentionDays: number): number {
  return Math.floor(clock.now() / 1000) + retentionDays * 86_400;
}
