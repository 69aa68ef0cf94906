// Jobs: pods run until enough of them have succeeded, or too many have failed, or the time is over.
// https://kubernetes.io/docs/concepts/workloads/controllers/job/
import { jobs, pods } from '../resources/built-in-types.ts';
import { buildControllerReference, type Condition } from '../resources/kubernetes-object.ts';
import type { Job, Pod } from '../resources/workload-types.ts';
import { findCondition, withCondition } from './conditions.ts';
import { type ControllerContext, type ControllerQueue, keyOf, listOwnerKeys, startController } from './controller.ts';
import { isFinished, isReady, listControlledPods } from './pod-state.ts';
import { recordEvent } from './record-event.ts';

const component = 'job-controller';
const firstBackOffSeconds = 10;
const longestBackOffSeconds = 360;

export function startJobController(context: ControllerContext): void {
  startController(context, {
    name: component,
    type: jobs,
    relate: (change) => listOwnerKeys(change, '/pods', 'Job'),
    reconcile: ({ namespace, name }, queue) => {
      const job = context.registry.find<Job>(jobs, namespace, name);
      if (!job || job.metadata.deletionTimestamp) return;
      if (findOutcome(job)) expire(context, job, queue);
      else advance(context, job, queue);
    },
  });
}

/** The condition that says how the job ended, if it has. */
export function findOutcome(job: Job): Condition | undefined {
  return (job.status?.conditions ?? []).find(
    (condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
}

function advance(context: ControllerContext, job: Job, queue: ControllerQueue): void {
  const { registry, clock } = context;
  const controlled = listControlledPods(registry, job);
  const succeeded = controlled.filter((pod) => pod.status?.phase === 'Succeeded');
  const failed = controlled.filter((pod) => pod.status?.phase === 'Failed');
  const active = controlled.filter((pod) => !isFinished(pod) && !pod.metadata.deletionTimestamp);
  const restarts = active.reduce((sum, pod) => sum + (pod.status?.containerStatuses?.[0]?.restartCount ?? 0), 0);
  const failures = failed.length + restarts;
  const { completions = 1, parallelism = 1, backoffLimit = 6, activeDeadlineSeconds } = job.spec;
  const startTime = job.status?.startTime ?? registry.now();
  const deadline =
    activeDeadlineSeconds === undefined ? Infinity : Date.parse(startTime) + activeDeadlineSeconds * 1000;

  if (succeeded.length >= completions) {
    conclude(context, job, 'Complete', 'CompletionsReached', 'Reached expected number of succeeded pods');
    return;
  }
  if (clock.now() >= deadline) {
    conclude(context, job, 'Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline');
    return;
  }
  if (failures > backoffLimit) {
    conclude(context, job, 'Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    return;
  }
  if (job.spec.suspend) {
    for (const pod of active) registry.delete(pods, pod.metadata.namespace, pod.metadata.name);
    writeStatus(context, job, { startTime });
    return;
  }
  if (deadline !== Infinity) queue.addAt(keyOf(job), deadline);
  const wanted = Math.min(parallelism, completions - succeeded.length);
  const retryAt = findRetryAt(failed);
  if (active.length < wanted && clock.now() < retryAt) queue.addAt(keyOf(job), retryAt);
  else for (let count = active.length; count < wanted; count += 1) createPod(context, job);
  writeStatus(context, job, { startTime });
}

/** After each failed pod the next one waits twice as long. */
function findRetryAt(failed: readonly Pod[]): number {
  if (failed.length === 0) return 0;
  const last = Math.max(
    ...failed.map((pod) =>
      Date.parse(pod.status?.containerStatuses?.[0]?.state.terminated?.finishedAt ?? pod.metadata.creationTimestamp),
    ),
  );
  return last + Math.min(longestBackOffSeconds, firstBackOffSeconds * 2 ** (failed.length - 1)) * 1000;
}

function createPod({ registry }: ControllerContext, job: Job): void {
  const pod = registry.create<Pod>(pods, {
    metadata: {
      generateName: `${job.metadata.name}-`,
      namespace: job.metadata.namespace,
      labels: job.spec.template.metadata?.labels ?? {},
      annotations: job.spec.template.metadata?.annotations ?? {},
      ownerReferences: [buildControllerReference(job)],
    },
    spec: job.spec.template.spec,
  });
  recordEvent(registry, job, { reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}`, component });
}

function conclude(
  context: ControllerContext,
  job: Job,
  type: 'Complete' | 'Failed',
  reason: string,
  message: string,
): void {
  const { registry } = context;
  for (const pod of listControlledPods(registry, job))
    if (!isFinished(pod)) registry.delete(pods, pod.metadata.namespace, pod.metadata.name);
  const now = registry.now();
  const condition: Condition = { type, status: 'True', reason, message, lastProbeTime: now };
  writeStatus(context, job, {
    conditions: withCondition(job.status?.conditions, condition, now),
    ...(type === 'Complete' ? { completionTime: now } : {}),
  });
  recordEvent(registry, job, {
    type: type === 'Complete' ? 'Normal' : 'Warning',
    reason: type === 'Complete' ? 'Completed' : reason,
    message: type === 'Complete' ? 'Job completed' : message,
    component,
  });
  context.trace.record({
    service: 'kubernetes',
    name: type === 'Complete' ? 'job-completed' : 'job-failed',
    subject: `${context.cluster}/${job.metadata.namespace}/${job.metadata.name}`,
    details: { reason },
  });
}

function writeStatus({ registry }: ControllerContext, job: Job, changes: NonNullable<Job['status']>): void {
  const controlled = listControlledPods(registry, job);
  const active = controlled.filter((pod) => !isFinished(pod) && !pod.metadata.deletionTimestamp);
  const count = (phase: string) => controlled.filter((pod) => pod.status?.phase === phase).length;
  const write = (current: Job) => {
    const status = { ...current.status, ...changes, ready: active.filter(isReady).length };
    // Pods may be deleted later: what has been counted stays counted.
    const succeeded = Math.max(current.status?.succeeded ?? 0, count('Succeeded'));
    const failed = Math.max(current.status?.failed ?? 0, count('Failed'));
    current.status = {
      ...status,
      ...(active.length > 0 ? { active: active.length } : {}),
      ...(succeeded > 0 ? { succeeded } : {}),
      ...(failed > 0 ? { failed } : {}),
    };
    if (active.length === 0) delete current.status.active;
  };
  registry.update<Job>(jobs, job.metadata.namespace, job.metadata.name, write, { subresource: 'status' });
}

/** A finished job goes after its time to live. */
function expire({ registry, clock }: ControllerContext, job: Job, queue: ControllerQueue): void {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined) return;
  const outcome = findOutcome(job);
  const finishedAt = findCondition(job.status?.conditions, outcome?.type ?? '')?.lastTransitionTime ?? registry.now();
  const expiresAt = Date.parse(finishedAt) + ttlSecondsAfterFinished * 1000;
  if (clock.now() < expiresAt) {
    queue.addAt(keyOf(job), expiresAt);
    return;
  }
  registry.delete(jobs, job.metadata.namespace, job.metadata.name, { propagationPolicy: 'Background' });
}
