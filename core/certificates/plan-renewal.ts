// Whether a certificate is renewed now, and how: by a new issuance, by a restart of what serves it, or not at all, and why.
import type { X509Certificate } from 'node:crypto';
import type { CertificateEndpoint, CertificatesConfiguration } from '../../config/certificates-schema.ts';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import type { RenewalStateRecord } from '../../contracts/ledger/certificate-renewals.ts';
import { AppError } from '../app-error.ts';
import { findExpiryProblem } from './judge-expiry.ts';
import { fingerprintOf } from './parse-certificate.ts';

export interface RenewalFacts {
  readonly secret: X509Certificate | CertificateProblem | undefined;
  /** SHA-256 of what each address serves; undefined where there was no handshake. */
  readonly served: readonly (string | undefined)[];
  readonly state: RenewalStateRecord | undefined;
  /** A person's request, or a finding of the daily check. */
  readonly cause: 'person' | 'finding';
  readonly insist: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface RenewalDecision {
  readonly outcome: 'acted' | 'suppressed' | 'refused';
  readonly action: 'issue' | 'restart';
  readonly reason: string;
  /** Who renews it already. */
  readonly holder?: string;
}

/** @throws AppError `NotFoundError` for a name that is not configured. */
export function getEndpoint({ endpoints }: CertificatesConfiguration, name: string): CertificateEndpoint {
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  if (endpoint !== undefined) return endpoint;
  const known = Object.keys(endpoints).join(', ') || 'none';
  throw new AppError('NotFoundError', `no certificate ${name}, the configuration has ${known}`);
}

export function decideRenewal(
  settings: CertificatesConfiguration,
  endpoint: CertificateEndpoint,
  { secret, served, state, cause, insist, now }: RenewalFacts,
): RenewalDecision {
  const decide = (outcome: RenewalDecision['outcome'], action: RenewalDecision['action'], reason: string) => ({
    outcome,
    action,
    reason,
  });
  if (endpoint.certificate === undefined)
    return decide('refused', 'issue', 'nothing in a cluster renews it: renew it where it was issued');
  if (isAfter(state?.leaseUntil, now) && state?.holder !== undefined)
    return { ...decide('suppressed', 'issue', `it is being renewed by ${state.holder}`), holder: state.holder };
  const held = secret === undefined || 'kind' in secret ? undefined : secret;
  const isStale = held !== undefined && served.some((one) => one !== undefined && one !== fingerprintOf(held));
  const due = held === undefined ? undefined : findExpiryProblem(held, { ...settings, renewsItself: true, now });
  if (isStale && due === undefined) {
    const words = 'the Secret holds a renewed certificate that is not served everywhere';
    return endpoint.restart.length > 0
      ? decide('acted', 'restart', `${words}: ${endpoint.restart.join(', ')} will be restarted`)
      : decide('refused', 'restart', `${words}: what serves it must load it, or be named under restart`);
  }
  if (cause === 'finding' && held !== undefined && due === undefined)
    return decide('suppressed', 'issue', 'it was renewed meanwhile and is served everywhere');
  if (isAfter(state?.rateLimitedUntil, now) && !insist)
    return decide(
      cause === 'finding' ? 'suppressed' : 'refused',
      'issue',
      `the issuer refuses until ${state?.rateLimitedUntil} (rate limit)`,
    );
  if (cause === 'finding' && isAfter(state?.notBefore, now)) {
    const times = state?.failures === 1 ? 'once' : `${state?.failures} times in a row`;
    return decide('suppressed', 'issue', `it failed ${times}: nothing is started by itself before ${state?.notBefore}`);
  }
  const why =
    due?.words ?? (held === undefined ? 'the Secret holds no certificate' : 'asked for although it is not due');
  return decide('acted', 'issue', why);
}

/** The longest time for which nothing is started by itself. */
const longestBackOffHours = 7 * 24;

/** After that many failures in a row; ISO 8601. */
export function planBackOff(backOffHours: number, failures: number, now: number): string {
  const hours = Math.min(backOffHours * 2 ** Math.max(0, failures - 1), longestBackOffHours);
  return new Date(now + hours * 3_600_000).toISOString();
}

/** Whether the findings of a check ask for a renewal by themselves. */
export function findRenewalCauses(
  { renewal }: CertificatesConfiguration,
  endpoint: CertificateEndpoint | undefined,
  problems: readonly CertificateProblem[],
): CertificateProblem[] {
  if (endpoint?.certificate === undefined) return [];
  const automatic: readonly string[] = renewal.automaticOn;
  return problems.filter(
    ({ kind }) => automatic.includes(kind) && (kind !== 'served-stale' || endpoint.restart.length > 0),
  );
}

function isAfter(time: string | undefined, now: number): boolean {
  return time !== undefined && Date.parse(time) > now;
}
