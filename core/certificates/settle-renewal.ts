// What a renewal leaves behind: how it ended, and what holds the next one back.
import type { RenewalRecord, RenewalStateRecord } from '../../contracts/ledger/certificate-renewals.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { RenewalEnd } from '../../contracts/workflows/renew-certificate.ts';
import { planBackOff } from './plan-renewal.ts';

export interface SettleOptions {
  readonly previous: RenewalStateRecord | undefined;
  readonly backOffHours: number;
  readonly historyDays: number;
}

export function buildRenewalRecords(
  { renewal, outcome, reason, obstacle, retryAt, after, finishedAt }: RenewalEnd,
  { previous, backOffHours, historyDays }: SettleOptions,
): { readonly state: RenewalStateRecord; readonly record: RenewalRecord } {
  const { name, renewalId, action, actor, executionArn, startedAt, before, correlationId } = renewal;
  const now = Date.parse(finishedAt);
  const failures = outcome === 'succeeded' ? 0 : (previous?.failures ?? 0) + 1;
  // What the issuer said holds until then, whatever else fails meanwhile.
  const stillLimited = isAfter(previous?.rateLimitedUntil, finishedAt) ? previous?.rateLimitedUntil : undefined;
  const rateLimitedUntil = retryAt ?? (outcome === 'failed' ? stillLimited : undefined);
  const expiresAt = Math.floor(now / 1000) + historyDays * 86_400;
  return {
    state: {
      ...ledgerKey.renewalState(name),
      kind: ledgerKind.renewalState,
      sortKey: name,
      name,
      failures,
      expiresAt,
      ...(failures === 0 ? {} : { notBefore: planBackOff(backOffHours, failures, now) }),
      ...(rateLimitedUntil === undefined ? {} : { rateLimitedUntil }),
    },
    record: {
      ...ledgerKey.renewal(name, startedAt, renewalId),
      renewalId,
      name,
      outcome,
      action,
      reason,
      ...(obstacle === undefined ? {} : { obstacle }),
      actor,
      executionArn,
      startedAt,
      finishedAt,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      correlationId,
      expiresAt,
    },
  };
}

function isAfter(time: string | undefined, other: string): boolean {
  return time !== undefined && Date.parse(time) > Date.parse(other);
}
