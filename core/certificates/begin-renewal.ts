// Plans a renewal, takes the right to do it, and tells that it has begun.
import type { z } from 'zod/mini';
import type { CertificateEndpoint } from '../../config/certificates-schema.ts';
import type { planRenewalTask, Renewal, RenewalPlan } from '../../contracts/workflows/renew-certificate.ts';
import { AppError } from '../app-error.ts';
import type { ClusterCertificate } from './check-certificate.ts';
import { fingerprintOf } from './parse-certificate.ts';
import { decideRenewal, getEndpoint, type RenewalDecision } from './plan-renewal.ts';
import { publishRenewal, type RenewalMemory, type RenewalView, readServed } from './renewal-parts.ts';

/** Longer than the workflow may run. One that ends without giving its right back is known to be dead before: Step Functions is asked. */
const leaseMilliseconds = 10 * 3_600_000;

/** Decides, and unless only the plan is wanted takes the right to renew. */
export async function planRenewal(
  parts: RenewalView & RenewalMemory,
  input: z.output<typeof planRenewalTask.input>,
): Promise<RenewalPlan> {
  const { settings, store } = parts;
  const { request, event, executionArn, startedAt, deadHolder } = input;
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
    state: state && [executionArn, deadHolder].includes(state.holder) ? { ...state, holder: undefined } : state,
    cause: request === undefined ? 'finding' : 'person',
    insist: request?.insist ?? false,
    now,
  });
  const renewal = buildRenewal(parts, { ...input, name }, endpoint, decision, inCluster);
  const isTaken =
    decision.outcome !== 'acted' ||
    input.planOnly === true ||
    (await store.take(name, {
      holder: executionArn,
      deadHolder,
      until: new Date(now + leaseMilliseconds).toISOString(),
      now: startedAt,
    }));
  if (!isTaken) {
    const reason = 'somebody else has just begun to renew it';
    return { outcome: 'suppressed', reason, steps: [], renewal };
  }
  if (decision.outcome === 'acted' && input.planOnly !== true)
    await publishRenewal(parts, 'CertificateRenewalStarted', renewal, {
      occurredAt: startedAt,
      reason: decision.reason,
    });
  const { action: _, ...decided } = decision;
  return { ...decided, steps: decided.outcome === 'acted' ? describeSteps(endpoint, renewal) : [], renewal };
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
  inCluster: ClusterCertificate | undefined,
): Renewal {
  const secret = inCluster?.secret;
  const revision = inCluster?.managed?.revision;
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
    ...(revision === undefined ? {} : { revision }),
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
