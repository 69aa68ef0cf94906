// Reads from a cluster what a rollout is judged by: Argo CD's Application, Deployments, and what their pods complain of.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import type { ApplicationObservation } from '../../core/promotion/decide-rollout.ts';
import type { CanaryObservation, WorkloadObservation } from '../../core/promotion/strategies/strategy.ts';
import type { KubernetesAnswer, KubernetesClient } from './kubernetes-client.ts';

const text = z.optional(z.string());
const count = z.optional(z.number());

const applicationSchema = z.object({
  status: z.optional(
    z.object({
      sync: z.optional(z.object({ status: text, revision: text })),
      health: z.optional(z.object({ status: text, message: text })),
      operationState: z.optional(
        z.object({ phase: text, message: text, syncResult: z.optional(z.object({ revision: text })) }),
      ),
    }),
  ),
});

const deploymentSchema = z.object({
  metadata: z.object({ generation: count }),
  spec: z.object({
    replicas: count,
    selector: z.object({ matchLabels: z.optional(z.record(z.string(), z.string())) }),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }) }),
  }),
  status: z.optional(
    z.object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      conditions: z.optional(z.array(z.object({ type: z.string(), status: z.string(), reason: text }))),
    }),
  ),
});

const canarySchema = z.object({
  spec: z.object({ suspend: z.optional(z.boolean()) }),
  status: z.optional(
    z.object({
      phase: text,
      canaryWeight: count,
      failedChecks: count,
      conditions: z.optional(z.array(z.object({ type: z.string(), lastUpdateTime: text }))),
    }),
  ),
});

const stateSchema = z.optional(
  z.object({
    waiting: z.optional(z.object({ reason: text, message: text })),
    running: z.optional(z.object({})),
    terminated: z.optional(z.object({ reason: text, exitCode: count })),
  }),
);
const podListSchema = z.object({
  items: z.array(
    z.object({
      status: z.optional(
        z.object({
          conditions: z.optional(z.array(z.object({ type: z.string(), status: z.string(), message: text }))),
          containerStatuses: z.optional(z.array(z.object({ image: text, state: stateSchema, lastState: stateSchema }))),
        }),
      ),
    }),
  ),
});

export async function readApplication(
  client: KubernetesClient,
  namespace: string,
  name: string,
): Promise<ApplicationObservation> {
  const path = applicationPath(namespace, name);
  const { status } = parseKubernetesAnswer(
    applicationSchema,
    await client({ method: 'GET', path }),
    `application ${namespace}/${name}`,
  );
  return {
    syncStatus: status?.sync?.status,
    syncRevision: status?.sync?.revision,
    healthStatus: status?.health?.status,
    healthMessage: status?.health?.message,
    operationPhase: status?.operationState?.phase,
    operationMessage: status?.operationState?.message,
    operationRevision: status?.operationState?.syncResult?.revision,
  };
}

/** Asks Argo CD to look at Git now rather than at its next poll. @see https://argo-cd.readthedocs.io/en/stable/user-guide/annotations-and-labels/ */
export async function requestRefresh(client: KubernetesClient, namespace: string, name: string): Promise<void> {
  const answer = await client({
    method: 'PATCH',
    path: applicationPath(namespace, name),
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({ metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }),
  });
  parseKubernetesAnswer(z.unknown(), answer, `application ${namespace}/${name}`);
}

/** One Deployment with what its pods complain of. `image`: the repository whose container counts. */
export async function readWorkload(
  client: KubernetesClient,
  namespace: string,
  { service, deployment, image }: { readonly service: string; readonly deployment: string; readonly image: string },
): Promise<WorkloadObservation> {
  const path = `/apis/apps/v1/namespaces/${segment(namespace)}/deployments/${segment(deployment)}`;
  const { metadata, spec, status } = parseKubernetesAnswer(
    deploymentSchema,
    await client({ method: 'GET', path }),
    `deployment ${namespace}/${deployment}`,
  );
  const current = spec.template.spec.containers.find((container) => repositoryOf(container.image) === image)?.image;
  const stalled = status?.conditions?.find(
    (condition) => condition.type === 'Progressing' && condition.status === 'False',
  );
  const desiredReplicas = spec.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  // While an old pod stands in for a new one that does not start, as many are updated and available as desired.
  const isComplete =
    updated >= desiredReplicas &&
    (status?.availableReplicas ?? 0) >= desiredReplicas &&
    (status?.replicas ?? 0) <= updated;
  return {
    service,
    image: current,
    desiredReplicas,
    updatedReplicas: updated,
    availableReplicas: status?.availableReplicas ?? 0,
    totalReplicas: status?.replicas ?? 0,
    isObserved: (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    stalledBecause: stalled === undefined ? undefined : (stalled.reason ?? 'Progressing is False'),
    podProblems: isComplete ? [] : await readPodProblems(client, namespace, spec.selector.matchLabels ?? {}),
  };
}

/** What Flagger says of a service; why it halted is not in its status, but in what it told us. */
export async function readCanary(
  client: KubernetesClient,
  namespace: string,
  name: string,
): Promise<Omit<CanaryObservation, 'haltedBecause'>> {
  const path = `/apis/flagger.app/v1beta1/namespaces/${segment(namespace)}/canaries/${segment(name)}`;
  const { spec, status } = parseKubernetesAnswer(
    canarySchema,
    await client({ method: 'GET', path }),
    `canary ${namespace}/${name}`,
  );
  return {
    phase: status?.phase ?? '',
    weight: status?.canaryWeight ?? 0,
    failedChecks: status?.failedChecks ?? 0,
    isSuspended: spec.suspend ?? false,
    // Flagger touches lastTransitionTime of the status at every look; the condition is touched when the phase changes.
    phaseSince: status?.conditions?.find(({ type }) => type === 'Promoted')?.lastUpdateTime,
  };
}

async function readPodProblems(
  client: KubernetesClient,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<string[]> {
  const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const path = `/api/v1/namespaces/${segment(namespace)}/pods?labelSelector=${encodeURIComponent(selector.join(','))}`;
  const { items } = parseKubernetesAnswer(podListSchema, await client({ method: 'GET', path }), `pods of ${namespace}`);
  const problems = items.flatMap(({ status }) => {
    const unschedulable = (status?.conditions ?? []).filter(
      ({ type, status: value, message }) => type === 'PodScheduled' && value === 'False' && message !== undefined,
    );
    const waiting = (status?.containerStatuses ?? []).flatMap(({ state, lastState }) => {
      const { reason, message } = state?.waiting ?? {};
      if (reason === undefined || reason === 'ContainerCreating') return [];
      const exitCode = lastState?.terminated?.exitCode;
      return `${reason}${exitCode === undefined ? '' : ` (exit code ${exitCode})`}${message === undefined ? '' : `: ${message}`}`;
    });
    const found = [...unschedulable.map(({ message }) => String(message)), ...waiting];
    const isRunning = (status?.containerStatuses ?? []).some(({ state }) => state?.running !== undefined);
    const unready = status?.conditions?.find(({ type, status: value }) => type === 'Ready' && value === 'False');
    return found.length === 0 && isRunning && unready?.message !== undefined ? [unready.message] : found;
  });
  return [...new Set(problems)].slice(0, 3).map((problem) => problem.slice(0, 200));
}

export function applicationPath(namespace: string, name: string): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${segment(namespace)}/applications/${segment(name)}`;
}

/** One part of a path. */
export function segment(name: string): string {
  return encodeURIComponent(name);
}

/** `ghcr.io/owner/name:tag@sha256:…` → `ghcr.io/owner/name`. */
export function repositoryOf(image: string): string {
  const [withTag = ''] = image.split('@');
  const colon = withTag.lastIndexOf(':');
  return colon > withTag.lastIndexOf('/') ? withTag.slice(0, colon) : withTag;
}

/** @throws AppError by the answer's status, naming `what` was asked for. */
export function parseKubernetesAnswer<Schema extends z.ZodMiniType>(
  schema: Schema,
  answer: KubernetesAnswer,
  what: string,
): z.output<Schema> {
  const { status, body } = answer;
  if (status === 404) throw new AppError('NotFoundError', `${what} does not exist in the cluster`);
  if (status === 401 || status === 403) {
    throw new AppError('ForbiddenError', `the cluster refuses us ${what} (${status}): apply gitops/platform to it`);
  }
  if (status === 429) throw new AppError('ThrottledError', `the cluster asks us to slow down for ${what}`);
  if (status >= 300) throw new AppError('UpstreamUnavailableError', `the cluster answered ${status} for ${what}`);
  const parsed = schema.safeParse(JSON.parse(body));
  if (parsed.success) return parsed.data;
  throw new AppError('UpstreamUnavailableError', `${what} is not of a form that we know`);
}
