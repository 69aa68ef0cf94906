// Checks one name: asks for all its truths, judges them, tells of a change, and records it.
import type { X509Certificate } from 'node:crypto';
import type { CertificateEndpoint, CertificatesConfiguration } from '../../config/certificates-schema.ts';
import type { CertificateProblem, CertificateVerdict } from '../../contracts/certificates.ts';
import { type CertificateDetail, certificateSource } from '../../contracts/events/certificate.ts';
import { type CertificateRenewalDue, certificateRenewalDueType } from '../../contracts/events/certificate-renewal.ts';
import type { CertificateCheckRecord, CertificateRecord } from '../../contracts/ledger/certificates.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { PlannedCheck } from '../../contracts/workflows/check-certificates.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import { findAcmNotice, knownToAcmOnly } from './acm-notice.ts';
import { findAnnouncement, hasChanged } from './decide-announcement.ts';
import { evaluateCertificate, type Handshake, type ManagedCertificate } from './evaluate-certificate.ts';
import type { CaaRecord } from './judge-caa.ts';
import type { TrustAnchors } from './judge-chain.ts';
import { findRenewalCauses } from './plan-renewal.ts';

/** What the cluster knows of a certificate. */
export interface ClusterCertificate {
  readonly managed: ManagedCertificate | undefined;
  readonly secret: X509Certificate | CertificateProblem;
  /** `ca.crt` of the Secret. */
  readonly authorities: readonly X509Certificate[];
}

export interface CertificateSources {
  shakeHands(endpoint: CertificateEndpoint): Promise<Handshake[]>;
  /** Undefined when the configuration names no Certificate. */
  findInCluster(endpoint: CertificateEndpoint): Promise<ClusterCertificate | undefined>;
  /** The authorities that the endpoint's issuer is trusted by. */
  listAnchors(issuer: string, authorities: readonly X509Certificate[]): Promise<TrustAnchors>;
  /** Who may issue for the name; undefined when DNS could not be asked or does not matter. */
  findIssuancePolicy(endpoint: CertificateEndpoint): Promise<readonly CaaRecord[] | undefined>;
}

export interface CertificateStore {
  find(name: string): Promise<CertificateRecord | undefined>;
  /** Writes unless a later check was recorded. */
  put(record: CertificateRecord): Promise<void>;
  append(record: CertificateCheckRecord): Promise<void>;
}

export interface CheckParts {
  readonly settings: CertificatesConfiguration;
  readonly sources: CertificateSources;
  readonly store: CertificateStore;
  readonly publisher: EventPublisher;
  readonly historyDays: number;
}

export interface CheckRun {
  readonly executionArn: string;
  /** ISO 8601: the time at which the certificate is judged. */
  readonly checkedAt: string;
}

/** Longer than a check that does not run stays unnoticed; ACM speaks of what is not configured within its last 45 days. */
const forgottenAfterDays = { configured: 14, knownToAcmOnly: 60 };

/** Tells before it records: should the record fail, the repetition tells again, and nothing is lost. */
export async function checkCertificate(
  parts: CheckParts,
  check: PlannedCheck,
  run: CheckRun,
): Promise<CertificateVerdict> {
  const { settings, store, publisher } = parts;
  const configured = Object.hasOwn(settings.endpoints, check.name) ? settings.endpoints[check.name] : undefined;
  const endpoint = configured ?? knownToAcmOnly(check.name);
  const previous = await store.find(check.name);
  const { verdict, acm } = await judge(parts, endpoint, check, previous, run);
  const { host, port, environment, owner, issuer } = endpoint;
  const described = { name: check.name, host, port, environment, owner, issuer, verdict };
  const type = findAnnouncement(previous?.verdict, verdict);
  if (type !== undefined) {
    const detail: CertificateDetail = {
      metadata: {
        eventId: `${run.executionArn.split(':').at(-1)}-${check.name}`,
        correlationId: `certificate/${check.name}`,
        occurredAt: run.checkedAt,
        actor: 'check-certificates',
      },
      certificate: described,
      reason: describe(verdict),
    };
    await publisher.publish({ source: certificateSource, detailType: type, detail });
  }
  await askForRenewal(parts, check.name, configured, verdict, run);
  const common = { ...run, name: check.name, verdict };
  const inDays = (days: number): number => Math.floor(Date.parse(run.checkedAt) / 1000) + days * 86_400;
  await store.append({
    ...ledgerKey.certificateCheck(check.name, run.checkedAt),
    ...common,
    expiresAt: inDays(parts.historyDays),
  });
  await store.put({
    ...ledgerKey.certificate(check.name),
    kind: ledgerKind.certificate,
    sortKey: check.name,
    ...common,
    ...described,
    since: previous === undefined || hasChanged(previous.verdict, verdict) ? run.checkedAt : previous.since,
    ...(acm === undefined ? {} : { acm }),
    expiresAt: inDays(configured === undefined ? forgottenAfterDays.knownToAcmOnly : forgottenAfterDays.configured),
  });
  return verdict;
}

/** Each day anew while a finding asks for it: whether it may be done is decided there, where failures are counted. */
async function askForRenewal(
  { settings, publisher }: CheckParts,
  name: string,
  endpoint: CertificateEndpoint | undefined,
  { problems }: CertificateVerdict,
  { executionArn, checkedAt }: CheckRun,
): Promise<void> {
  const causes = findRenewalCauses(settings, endpoint, problems);
  if (causes.length === 0) return;
  const detail: CertificateRenewalDue = {
    metadata: {
      eventId: `${executionArn.split(':').at(-1)}-${name}-renewal`,
      correlationId: `certificate/${name}`,
      occurredAt: checkedAt,
      actor: 'check-certificates',
    },
    name,
    problems: causes.map(({ kind }) => kind),
    reason: causes.map(({ words }) => words).join('; '),
  };
  await publisher.publish({ source: certificateSource, detailType: certificateRenewalDueType, detail });
}

async function judge(
  { settings, sources }: CheckParts,
  endpoint: CertificateEndpoint,
  check: PlannedCheck,
  previous: CertificateRecord | undefined,
  { checkedAt }: CheckRun,
): Promise<{ readonly verdict: CertificateVerdict; readonly acm: CertificateRecord['acm'] }> {
  const isServed = Object.hasOwn(settings.endpoints, check.name);
  const [handshakes, inCluster, caa] = isServed
    ? await Promise.all([
        sources.shakeHands(endpoint),
        sources.findInCluster(endpoint),
        sources.findIssuancePolicy(endpoint),
      ])
    : [[], undefined, undefined];
  const anchors = await sources.listAnchors(endpoint.issuer, inCluster?.authorities ?? []);
  const evaluate = (acm: CertificateRecord['acm']): CertificateVerdict =>
    evaluateCertificate(
      settings,
      endpoint,
      {
        handshakes,
        secret: inCluster?.secret,
        managed: inCluster?.managed,
        caa,
        acm: acm && { actionRequired: acm.actionRequired, daysLeft: acm.daysLeft },
      },
      anchors,
      Date.parse(checkedAt),
    );
  const withoutAcm = evaluate(undefined);
  const acm = findAcmNotice(check, previous, withoutAcm.facts?.fingerprint);
  return { verdict: acm === undefined ? withoutAcm : evaluate(acm), acm };
}

function describe({ problems, facts, daysLeft }: CertificateVerdict): string {
  if (problems.length > 0) return problems.map(({ words }) => words).join('; ');
  return facts === undefined
    ? 'nothing is wrong any more'
    : `it is in order and valid until ${facts.notAfter}, ${daysLeft} days from now`;
}
