// The verdict on one name: what is served at each of its addresses, what the Secret holds, what cert-manager and ACM say.
import type { X509Certificate } from 'node:crypto';
import type { CertificateEndpoint, CertificatesConfiguration } from '../../config/certificates-schema.ts';
import { type CertificateProblem, type CertificateVerdict, certificateProblems } from '../../contracts/certificates.ts';
import { AppError } from '../app-error.ts';
import { type CaaRecord, findCaaProblem } from './judge-caa.ts';
import { findChainProblem, maximumChainLength, type TrustAnchors } from './judge-chain.ts';
import { countDaysLeft, findExpiryProblem } from './judge-expiry.ts';
import { findNameProblem } from './judge-name.ts';
import { findRevocation } from './judge-revocation.ts';
import { findStrengthProblems } from './judge-strength.ts';
import { findTransparencyProblem } from './judge-transparency.ts';
import { describeCertificate, fingerprintOf, parseCertificate } from './parse-certificate.ts';

/** What one address answered: the chain as it was sent, the leaf first, and the OCSP response if it staples one; or why there was none. */
export type Handshake =
  | { readonly address: string; readonly chain: readonly Uint8Array[]; readonly stapled?: Uint8Array | undefined }
  | { readonly address: string; readonly problem: CertificateProblem };

/** What cert-manager says of its Certificate. */
export interface ManagedCertificate {
  readonly ready: boolean | undefined;
  /** Why it is not ready, or why an issuance does not get on. */
  readonly message: string | undefined;
  /** How often it was issued. */
  readonly revision?: number | undefined;
}

export interface AcmNotice {
  readonly actionRequired: boolean;
  readonly daysLeft: number | undefined;
}

export interface CertificateTruth {
  readonly handshakes: readonly Handshake[];
  /** The certificate in the Secret, or why it could not be read; absent when there is none to compare with. */
  readonly secret?: X509Certificate | CertificateProblem | undefined;
  readonly managed?: ManagedCertificate | undefined;
  readonly acm?: AcmNotice | undefined;
  /** Who may issue for the name by DNS; undefined when that is not known. */
  readonly caa?: readonly CaaRecord[] | undefined;
}

/** A renewed Secret reaches the pods after a minute or two; issuers date certificates back by an hour. */
const reloadMilliseconds = 2 * 3_600_000;

/** `anchors` are those of the endpoint's issuer; `now` in epoch milliseconds. */
export function evaluateCertificate(
  settings: CertificatesConfiguration,
  endpoint: CertificateEndpoint,
  truth: CertificateTruth,
  anchors: TrustAnchors,
  now: number,
): CertificateVerdict {
  const leaves: X509Certificate[] = [];
  const served = truth.handshakes.flatMap((handshake) => {
    if ('problem' in handshake) return [at(handshake.address, handshake.problem)];
    try {
      const chain = handshake.chain.slice(0, maximumChainLength).map(parseCertificate);
      leaves.push(...chain.slice(0, 1));
      const { stapled } = handshake;
      return judgeServed(settings, endpoint, truth, { chain, stapled, anchors, now }).map((problem) =>
        at(handshake.address, problem),
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return [at(handshake.address, { kind: 'malformed' as const, words: error.message })];
    }
  });
  const problems = mergeByKind([
    ...served,
    ...judgeManaged(truth, now),
    ...judgeAcm(truth.acm),
    ...judgeIssuance(settings, endpoint, truth.caa),
  ]);
  const first = leaves.toSorted((a, b) => a.validToDate.getTime() - b.validToDate.getTime())[0];
  return {
    state: decideState(problems),
    problems,
    ...(first === undefined
      ? {}
      : { facts: describeCertificate(first), daysLeft: countDaysLeft(first.validToDate, now) }),
    addresses: truth.handshakes.map(({ address }) => address),
  };
}

interface ServedChain {
  readonly chain: readonly X509Certificate[];
  readonly stapled: Uint8Array | undefined;
  readonly anchors: TrustAnchors;
  readonly now: number;
}

function judgeServed(
  settings: CertificatesConfiguration,
  { host, issuer, allowSelfSigned, certificate }: CertificateEndpoint,
  { secret, managed }: CertificateTruth,
  { chain, stapled, anchors, now }: ServedChain,
): CertificateProblem[] {
  const [leaf] = chain;
  if (leaf === undefined) return [{ kind: 'malformed', words: 'the server sent no certificate' }];
  const expiry = findExpiryProblem(leaf, { ...settings, renewsItself: certificate !== undefined, now });
  const expiryWithReason =
    expiry === undefined || managed?.message === undefined
      ? expiry
      : { ...expiry, words: `${expiry.words}; cert-manager: ${managed.message}` };
  return [
    expiryWithReason,
    findNameProblem(leaf, host),
    findChainProblem(chain, { anchors, allowSelfSigned, now }),
    ...findStrengthProblems(chain.filter((sent) => sent === leaf || !sent.checkIssued(sent))),
    findStaleness(leaf, secret, now),
    findRevocation(leaf, stapled),
    settings.issuers[issuer]?.transparencyLogged === true ? findTransparencyProblem(leaf) : undefined,
  ].filter((problem) => problem !== undefined);
}

/** Another certificate than the Secret's although there was time to load it. */
function findStaleness(
  leaf: X509Certificate,
  secret: CertificateTruth['secret'],
  now: number,
): CertificateProblem | undefined {
  if (secret === undefined || 'kind' in secret || fingerprintOf(secret) === fingerprintOf(leaf)) return undefined;
  if (now - secret.validFromDate.getTime() < reloadMilliseconds) return undefined;
  const words = `it is served until ${leaf.validToDate.toISOString()}, the Secret holds another one until ${secret.validToDate.toISOString()}: restart what serves it`;
  return { kind: 'served-stale', words };
}

function judgeManaged({ secret, managed }: CertificateTruth, now: number): CertificateProblem[] {
  const unreadable = secret !== undefined && 'kind' in secret ? [secret] : [];
  if (managed === undefined) return unreadable;
  const hasExpired = secret !== undefined && !('kind' in secret) && secret.validToDate.getTime() < now;
  if (managed.ready === true && hasExpired) {
    return [
      {
        kind: 'ready-but-expired',
        words: `cert-manager says Ready, but the Secret's certificate expired on ${secret.validToDate.toISOString()}`,
      },
    ];
  }
  if (managed.ready === true) return unreadable;
  return [
    ...unreadable,
    { kind: 'not-ready', words: `cert-manager: ${managed.message ?? 'the Certificate is not ready'}` },
  ];
}

/** Whether it could be issued again. */
function judgeIssuance(
  { issuers }: CertificatesConfiguration,
  { host, issuer }: CertificateEndpoint,
  records: readonly CaaRecord[] | undefined,
): CertificateProblem[] {
  const identity = issuers[issuer]?.caaIdentity;
  const problem = identity === undefined || records === undefined ? undefined : findCaaProblem(host, identity, records);
  return problem === undefined ? [] : [problem];
}

function judgeAcm(acm: AcmNotice | undefined): CertificateProblem[] {
  if (acm === undefined) return [];
  const inDays = acm.daysLeft === undefined ? '' : `, it expires in ${acm.daysLeft} days`;
  return acm.actionRequired
    ? [{ kind: 'acm-action-required', words: `ACM cannot renew it without somebody's action${inDays}` }]
    : [{ kind: 'acm-expires-soon', words: `ACM has not renewed it${inDays}` }];
}

function at(address: string, { kind, words }: CertificateProblem): CertificateProblem {
  return { kind, words: `${address}: ${words}` };
}

/** One of each kind; what several addresses share is said of the first and counted. */
function mergeByKind(problems: readonly CertificateProblem[]): CertificateProblem[] {
  const merged = [...Map.groupBy(problems, ({ kind }) => kind).entries()].map(([kind, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` (and at ${others.length} more)`;
    return { kind, words: `${first?.words ?? ''}${more}`.slice(0, 1_000) };
  });
  const rank = ({ kind }: CertificateProblem): number => (certificateProblems[kind] === 'critical' ? 0 : 1);
  return merged.toSorted((a, b) => rank(a) - rank(b) || a.kind.localeCompare(b.kind));
}

function decideState(problems: readonly CertificateProblem[]): CertificateVerdict['state'] {
  const [worst] = problems;
  return worst === undefined ? 'valid' : certificateProblems[worst.kind];
}
