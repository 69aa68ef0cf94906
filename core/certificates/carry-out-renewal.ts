// The steps of a renewal that ask the world: what is planned, how far it is, and how it is settled.
import type { z } from 'zod/mini';
import type { CertificateEndpoint, CertificatesConfiguration } from '../../config/certificates-schema.ts';
import type { CertificateProblem } from '../../contracts/certificates.ts';
import { certificateSource } from '../../contracts/events/certificate.ts';
import type {
  CertificateRenewalDetail,
  CertificateRenewalEventType,
} from '../../contracts/events/certificate-renewal.ts';
import type {
  followRenewalTask,
  planRenewalTask,
  Renewal,
  RenewalEnd,
  RenewalPlan,
  RenewalProgress,
} from '../../contracts/workflows/renew-certificate.ts';
import { AppError } from '../app-error.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { CertificateSources } from './check-certificate.ts';
import type { Issuance } from './diagnose-issuance.ts';
import { judgeIssuance, judgeServing } from './follow-renewal.ts';
import { fingerprintOf, parseCertificate } from './parse-certificate.ts';
import { decideRenewal, getEndpoint, type RenewalDecision } from './plan-renewal.ts';
import type { RenewalStore } from './renewal-store.ts';
import { buildRenewalRecords } from './settle-renewal.ts';

export interface RenewalView {
  readonly settings: CertificatesConfiguration;
  readonly sources: Pick<CertificateSources, 'shakeHands' | 'findInCluster'>;
  readonly issuance: { read(endpoint: CertificateEndpoint): Promise<Issuance> };
}

export interface RenewalMemory {
  readonly settings: CertificatesConfiguration;
  readonly store: RenewalStore;
  readonly publisher: EventPublisher;
  readonly historyDays: number;
}

/** Longer than the workflow may run: whoever holds it beyond that is dead. */
const leaseMilliseconds = 10 * 3_600_000;

export async function planRenewal(
  parts: RenewalView & RenewalMemory,
  input: z.output<typeof planRenewalTask.input>,
): Promise<RenewalPlan> {
  const { settings, store } = parts;
  const { request, event, executionArn, startedAt } = input;
  const name = request?.name ?? event?.detail.name;
  if (name === undefined) throw new AppError('InvalidInputError', 'neither a request nor an event names a certificate');
  const endpoint = getEndpoint(settings, name);
  const [inCluster, served, state] = await Promise.all([
    parts.sources.findInCluster(endpoint),
    readServed(parts.sources, endpoint),
    store.find(name),
  ]);
  const now = Date.parse(startedAt);
  const decision = decideRenewal(settings, endpoint, {
    secret: inCluster?.secret,
    served: served.map(({ fingerprint }) => fingerprint),
    state: state?.holder === executionArn ? { ...state, leaseUntil: undefined } : state,
    cause: request === undefined ? 'finding' : 'person',
    insist: request?.insist ?? false,
    now,
  });
  const renewal = buildRenewal(parts, { ...input, name }, endpoint, decision, inCluster?.secret);
  const isTaken =
    decision.outcome !== 'acted' ||
    input.planOnly === true ||
    (await store.take(name, executionArn, new Date(now + leaseMilliseconds).toISOString(), startedAt));
  if (!isTaken) {
    const reason = 'somebody else has just begun to renew it';
    return { outcome: 'suppressed', reason, steps: [], renewal };
  }
  if (decision.outcome === 'acted' && input.planOnly !== true)
    await publish(parts, 'CertificateRenewalStarted', renewal, { occurredAt: startedAt, reason: decision.reason });
  const { outcome, reason } = decision;
  return { outcome, reason, steps: outcome === 'acted' ? describeSteps(endpoint, renewal) : [], renewal };
}

function buildRenewal(
  { settings }: RenewalView,
  {
    name,
    request,
    event,
    renewalId,
    executionArn,
    startedAt,
  }: z.output<typeof planRenewalTask.input> & { name: string },
  { restart }: CertificateEndpoint,
  { action }: RenewalDecision,
  secret: Parameters<typeof judgeServing>[1] | undefined,
): Renewal {
  return {
    renewalId,
    name,
    executionArn,
    startedAt,
    actor: request?.actor ?? event?.detail.metadata.actor ?? 'unknown',
    correlationId: event?.detail.metadata.correlationId ?? `certificate/${name}`,
    causationId: event?.detail.metadata.eventId ?? renewalId,
    action,
    ...(secret === undefined || 'kind' in secret ? {} : { before: fingerprintOf(secret) }),
    restart: [...restart],
    issueTimeoutSeconds: settings.renewal.issueTimeoutMinutes * 60,
    serveTimeoutSeconds: settings.renewal.serveTimeoutMinutes * 60,
  };
}

function describeSteps(
  { host, port, issuer, environment, certificate }: CertificateEndpoint,
  renewal: Renewal,
): string[] {
  const { action, restart, issueTimeoutSeconds, serveTimeoutSeconds } = renewal;
  return [
    ...(action === 'issue'
      ? [
          `ask cert-manager in ${environment} to issue ${certificate?.name} anew (${issuer})`,
          `wait up to ${issueTimeoutSeconds / 60} minutes for it`,
        ]
      : []),
    ...(restart.length === 0 ? [] : [`restart ${restart.join(', ')}, pod by pod`]),
    `wait up to ${serveTimeoutSeconds / 60} minutes until every address of ${host}:${port} serves it`,
  ];
}

export async function followRenewal(
  { settings, sources, issuance }: RenewalView,
  { renewal, phase, ...times }: z.output<typeof followRenewalTask.input>,
): Promise<RenewalProgress> {
  const endpoint = getEndpoint(settings, renewal.name);
  const secret = (await sources.findInCluster(endpoint))?.secret ?? missingSecret;
  if (phase === 'issue') return judgeIssuance(renewal, await issuance.read(endpoint), secret, times);
  const served = await readServed(sources, endpoint);
  return judgeServing(renewal, secret, served, times);
}

const missingSecret: CertificateProblem = { kind: 'secret-unreadable', words: 'nothing in a cluster holds it' };

export async function settleRenewal(parts: RenewalMemory, end: RenewalEnd): Promise<{ readonly reason: string }> {
  const { renewal, outcome, reason, finishedAt, obstacle, retryAt } = end;
  const previous = await parts.store.find(renewal.name);
  const { state, record } = buildRenewalRecords(end, {
    previous,
    backOffHours: parts.settings.renewal.backOffHours,
    historyDays: parts.historyDays,
  });
  await parts.store.settle(state, renewal.executionArn, record);
  const type = outcome === 'succeeded' ? 'CertificateRenewed' : 'CertificateRenewalFailed';
  await publish(parts, type, renewal, { occurredAt: finishedAt, reason, obstacle, retryAt });
  return { reason };
}

async function publish(
  { settings, publisher }: RenewalMemory,
  type: CertificateRenewalEventType,
  { name, renewalId, action, actor, correlationId, causationId }: Renewal,
  {
    occurredAt,
    reason,
    obstacle,
    retryAt,
  }: { readonly occurredAt: string; readonly reason: string } & Pick<RenewalEnd, 'obstacle' | 'retryAt'>,
): Promise<void> {
  const { host, environment, owner, issuer } = getEndpoint(settings, name);
  const detail: CertificateRenewalDetail = {
    metadata: { eventId: `${renewalId}-${type}`, correlationId, causationId, occurredAt, actor },
    renewal: {
      renewalId,
      name,
      host,
      environment,
      owner,
      issuer,
      action,
      ...(obstacle === undefined ? {} : { obstacle }),
      ...(retryAt === undefined ? {} : { retryAt }),
    },
    reason,
  };
  await publisher.publish({ source: certificateSource, detailType: type, detail });
}

async function readServed(
  sources: RenewalView['sources'],
  endpoint: CertificateEndpoint,
): Promise<{ readonly address: string; readonly fingerprint: string | undefined }[]> {
  return (await sources.shakeHands(endpoint)).map((handshake) => ({
    address: handshake.address,
    fingerprint: 'chain' in handshake ? readFingerprint(handshake.chain[0]) : undefined,
  }));
}

function readFingerprint(leaf: Uint8Array | undefined): string | undefined {
  try {
    return leaf && fingerprintOf(parseCertificate(leaf));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
