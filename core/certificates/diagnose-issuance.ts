// What cert-manager and the ACME server say of an issuance: whether it gets on, and if not, what stands in the way.
import type { RenewalObstacle } from '../../contracts/events/certificate-renewal.ts';

export interface IssuanceCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
}

/** The objects of one issuance, as far as they exist. */
export interface Issuance {
  /** Conditions of the Certificate. */
  readonly conditions: readonly IssuanceCondition[];
  readonly lastFailureTime?: string | undefined;
  /** Conditions of its newest CertificateRequest. */
  readonly request: readonly IssuanceCondition[];
  readonly orders: readonly { readonly state: string; readonly reason: string }[];
  readonly challenges: readonly {
    readonly name: string;
    readonly type: string;
    readonly state: string;
    readonly reason: string;
  }[];
}

export interface Obstacle {
  readonly kind: RenewalObstacle;
  readonly words: string;
  /** ISO 8601. */
  readonly retryAt?: string;
}

/** Why the issuance has failed since `since` (ISO 8601); undefined while it has not. */
export function findFailure(issuance: Issuance, since: string): Obstacle | undefined {
  const issuing = issuance.conditions.find(({ type }) => type === 'Issuing');
  // Kubernetes writes whole seconds: what happened within the second of the trigger counts.
  const from = Math.floor(Date.parse(since) / 1000) * 1000;
  const failedAt = Date.parse(issuance.lastFailureTime ?? issuing?.lastTransitionTime ?? '');
  if (issuing?.status !== 'False' || !(failedAt >= from)) return undefined;
  return classify(issuing.message ?? issuing.reason ?? 'the issuance failed');
}

/** What an issuance that goes on waits for, the most telling first. */
export function describeWait({ challenges, orders, request, conditions }: Issuance): Obstacle {
  const challenge = challenges.find(({ state, reason }) => state !== 'valid' && reason !== '');
  if (challenge !== undefined)
    return classify(`${challenge.type} challenge for ${challenge.name}: ${challenge.reason}`);
  const order = orders.find(({ reason }) => reason !== '');
  if (order !== undefined) return classify(order.reason);
  const asked = request.find(({ type }) => type === 'Ready') ?? request.find(({ type }) => type === 'Denied');
  if (asked?.message !== undefined) return classify(asked.message);
  return classify(conditions.find(({ type }) => type === 'Issuing')?.message ?? 'cert-manager has not begun');
}

const kinds: readonly (readonly [RegExp, RenewalObstacle])[] = [
  [/rateLimited|\b429\b|too many (certificates|requests|failed|new orders)/i, 'rate-limited'],
  [/denied/i, 'denied'],
  [/dns record|propagat|NXDOMAIN|SERVFAIL|acme:error:dns|lookup .*(no such host|timeout)|route53|caa/i, 'dns'],
  [
    /challenge|authoriz|acme:error:(unauthorized|connection|incorrectResponse)|"invalid" state|order has expired/i,
    'challenge',
  ],
  [/issuer|keypair|account|i\/o timeout|connection refused|5\d\d|secret .*not found/i, 'issuer'],
];

/** By the words of cert-manager and of the ACME problem documents (RFC 8555 section 6.7). */
export function classify(message: string): Obstacle {
  const words = message.replace(/\s+/g, ' ').trim().slice(0, 700);
  const kind = kinds.find(([pattern]) => pattern.test(words))?.[1] ?? 'unknown';
  const retryAt = kind === 'rate-limited' ? findRetryTime(words) : undefined;
  return { kind, words, ...(retryAt === undefined ? {} : { retryAt }) };
}

/** `retry after 2026-11-24 16:00:00 UTC`, as Let's Encrypt words it, or `2026-11-24T16:00:00Z`. */
function findRetryTime(words: string): string | undefined {
  const [, date, time] = /retry[- ]after:? (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/i.exec(words) ?? [];
  const at = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
