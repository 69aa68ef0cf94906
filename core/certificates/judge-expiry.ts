// Whether a certificate is within its time, and whether it was renewed when it should have been.
import type { X509Certificate } from 'node:crypto';
import type { CertificatesConfiguration } from '../../config/certificates-schema.ts';
import type { CertificateProblem } from '../../contracts/certificates.ts';

const dayMilliseconds = 86_400_000;

export interface ExpiryRules
  extends Pick<CertificatesConfiguration, 'warningDays' | 'criticalDays' | 'renewalOverdueShare'> {
  /** Whether something renews it without a person. */
  readonly renewsItself: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The one problem that its time gives it: only the worst counts, so that each threshold is told once. */
export function findExpiryProblem(
  { validFromDate, validToDate }: Pick<X509Certificate, 'validFromDate' | 'validToDate'>,
  { now, renewsItself, ...rules }: ExpiryRules,
): CertificateProblem | undefined {
  const from = validFromDate.getTime();
  const to = validToDate.getTime();
  const until = validToDate.toISOString();
  if (now < from) return { kind: 'not-yet-valid', words: `it is valid only from ${validFromDate.toISOString()}` };
  if (now > to) return { kind: 'expired', words: `it expired on ${until}` };
  const lifetimeDays = (to - from) / dayMilliseconds;
  const left = (to - now) / dayMilliseconds;
  const words = `it expires on ${until}, in ${describeDays(left)}`;
  if (left < Math.min(rules.criticalDays, lifetimeDays / 12)) return { kind: 'expires-in-days', words };
  if (left < Math.min(rules.warningDays, lifetimeDays / 3)) return { kind: 'expires-soon', words };
  const share = (now - from) / (to - from);
  if (renewsItself && share > rules.renewalOverdueShare) {
    return {
      kind: 'renewal-overdue',
      words: `${Math.floor(share * 100)} % of its lifetime is over and it was not renewed; ${words}`,
    };
  }
  return undefined;
}

/** Whole days until then, rounded down; negative afterwards. */
export function countDaysLeft(until: Date, now: number): number {
  return Math.floor((until.getTime() - now) / dayMilliseconds);
}

function describeDays(days: number): string {
  if (days < 2) return `${Math.floor(days * 24)} hours`;
  return `${Math.floor(days)} days`;
}
