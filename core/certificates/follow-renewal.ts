// How far a renewal is: whether it was issued, and whether every address serves what was issued. Bounded in time.
import type { X509Certificate } from 'node:crypto';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import type { Renewal, RenewalProgress } from '../../contracts/workflows/renew-certificate.ts';
import { describeWait, findFailure, type Issuance } from './diagnose-issuance.ts';
import { fingerprintOf } from './parse-certificate.ts';

export interface Observation {
  /** When this phase began and when it is looked at; ISO 8601. */
  readonly since: string;
  readonly observedAt: string;
}

/** Issued when the Secret holds another certificate than before and cert-manager is not at work any more. */
export function judgeIssuance(
  renewal: Renewal,
  issuance: Issuance,
  secret: X509Certificate | CertificateProblem,
  { since, observedAt }: Observation,
): RenewalProgress {
  const after = 'kind' in secret ? undefined : fingerprintOf(secret);
  const isAtWork = issuance.conditions.some(({ type, status }) => type === 'Issuing' && status === 'True');
  if (after !== undefined && after !== renewal.before && !isAtWork)
    return { status: 'done', reason: 'cert-manager has issued it', pollSeconds: 0, after };
  const failure = findFailure(issuance, since);
  if (failure !== undefined) return failed(failure);
  const waited = secondsBetween(since, observedAt);
  const wait = describeWait(issuance);
  if (waited >= renewal.issueTimeoutSeconds)
    return failed({ ...wait, words: `not issued within ${Math.round(waited / 60)} minutes: ${wait.words}` });
  return { status: 'pending', reason: wait.words, pollSeconds: pause(waited) };
}

/** `served`: SHA-256 of what each address serves, undefined where there was no handshake. */
export function judgeServing(
  renewal: Renewal,
  secret: X509Certificate | CertificateProblem,
  served: readonly { readonly address: string; readonly fingerprint: string | undefined }[],
  { since, observedAt }: Observation,
): RenewalProgress {
  const waited = secondsBetween(since, observedAt);
  const isOver = waited >= renewal.serveTimeoutSeconds;
  if ('kind' in secret) {
    if (isOver) return failed({ kind: 'not-served', words: secret.words });
    return { status: 'pending', reason: secret.words, pollSeconds: pause(waited) };
  }
  const after = fingerprintOf(secret);
  const others = served.filter(({ fingerprint }) => fingerprint !== after);
  if (others.length === 0 && served.length > 0)
    return {
      status: 'done',
      reason: `served at ${served.length === 1 ? 'its address' : `all ${served.length} addresses`}`,
      pollSeconds: 0,
      after,
    };
  const names =
    others
      .slice(0, 5)
      .map(({ address }) => address)
      .join(', ') || 'any address';
  const words = `what was issued is not served at ${names}`;
  return isOver
    ? { ...failed({ kind: 'not-served', words: `${words} after ${Math.round(waited / 60)} minutes` }), after }
    : { status: 'pending', reason: words, pollSeconds: pause(waited), after };
}

function failed({ kind, words, retryAt }: ReturnType<typeof describeWait>): RenewalProgress {
  const reason =
    kind === 'rate-limited' && retryAt !== undefined ? `the issuer refuses until ${retryAt}: ${words}` : words;
  return { status: 'failed', reason, pollSeconds: 0, obstacle: kind, ...(retryAt === undefined ? {} : { retryAt }) };
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

/** An issuance takes seconds when all is well: looked at often in the beginning, each minute later. */
function pause(waitedSeconds: number): number {
  return Math.min(60, Math.max(5, Math.round(waitedSeconds / 4)));
}
