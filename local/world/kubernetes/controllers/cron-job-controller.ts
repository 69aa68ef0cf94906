// CronJobs: a Job at each time of the schedule.
// https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
import { Cron } from 'croner';
import { cronJobs, jobs } from '../resources/built-in-types.ts';
import { buildControllerReference, findControllerOf, formatTime } from '../resources/kubernetes-object.ts';
import type { CronJob, Job } from '../resources/workload-types.ts';
import { type ControllerContext, keyOf, listOwnerKeys, startController } from './controller.ts';
import { findOutcome } from './job-controller.ts';

export function startCronJobController(context: ControllerContext): void {
  const { registry, clock } = context;
  startController(context, {
    name: 'cronjob-controller',
    type: cronJobs,
    relate: (change) => listOwnerKeys(change, 'batch/jobs', 'CronJob'),
    reconcile: ({ namespace, name }, queue) => {
      const cronJob = registry.find<CronJob>(cronJobs, namespace, name);
      if (!cronJob || cronJob.metadata.deletionTimestamp) return;
      forgetHistory(context, cronJob);
      if (cronJob.spec.suspend) return;
      const due = findLatestDue(cronJob, clock.now());
      if (due !== undefined) run(context, cronJob, due);
      const next = nextAfter(cronJob, clock.now());
      if (next !== undefined) queue.addAt(keyOf(cronJob), next);
    },
  });
}

function nextAfter(cronJob: CronJob, at: number): number | undefined {
  const cron = new Cron(cronJob.spec.schedule, { timezone: cronJob.spec.timeZone ?? 'UTC', paused: true });
  return cron.nextRun(new Date(at))?.getTime();
}

/** The newest scheduled time that has not been run; missed earlier ones are skipped, as the real controller does. */
function findLatestDue(cronJob: CronJob, now: number): number | undefined {
  let at = Date.parse(cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp);
  let due: number | undefined;
  for (let missed = 0; missed <= 100; missed += 1) {
    const next = nextAfter(cronJob, at);
    if (next === undefined || next > now) break;
    due = next;
    at = next;
  }
  const deadline = cronJob.spec.startingDeadlineSeconds;
  return due !== undefined && deadline !== undefined && now - due > deadline * 1000 ? undefined : due;
}

function listOwn({ registry }: ControllerContext, cronJob: CronJob): Job[] {
  return registry
    .list<Job>(jobs, cronJob.metadata.namespace)
    .filter((job) => findControllerOf(job)?.uid === cronJob.metadata.uid);
}

function run(context: ControllerContext, cronJob: CronJob, scheduledAt: number): void {
  const { registry } = context;
  const { namespace, name } = cronJob.metadata;
  const active = listOwn(context, cronJob).filter((job) => !findOutcome(job));
  const { concurrencyPolicy = 'Allow', jobTemplate } = cronJob.spec;
  if (active.length > 0 && concurrencyPolicy === 'Replace')
    for (const job of active) registry.delete(jobs, namespace, job.metadata.name, { propagationPolicy: 'Background' });
  const jobName = `${name}-${Math.floor(scheduledAt / 60_000)}`;
  const skips = active.length > 0 && concurrencyPolicy === 'Forbid';
  if (!skips && !registry.find(jobs, namespace, jobName))
    registry.create<Job>(jobs, {
      metadata: {
        ...jobTemplate.metadata,
        name: jobName,
        namespace,
        annotations: {
          ...jobTemplate.metadata?.annotations,
          'batch.kubernetes.io/cronjob-scheduled-timestamp': formatTime(scheduledAt),
        },
        ownerReferences: [buildControllerReference(cronJob)],
      },
      spec: jobTemplate.spec,
    });
  const write = (current: CronJob) => {
    current.status = { ...current.status, lastScheduleTime: formatTime(scheduledAt) };
  };
  registry.update<CronJob>(cronJobs, namespace, name, write, { subresource: 'status' });
}

function forgetHistory(context: ControllerContext, cronJob: CronJob): void {
  const finished = (type: string) => listOwn(context, cronJob).filter((job) => findOutcome(job)?.type === type);
  const limits: [string, number][] = [
    ['Complete', cronJob.spec.successfulJobsHistoryLimit ?? 3],
    ['Failed', cronJob.spec.failedJobsHistoryLimit ?? 1],
  ];
  for (const [type, limit] of limits) {
    const oldestFirst = finished(type).sort((a, b) =>
      a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp),
    );
    for (const job of oldestFirst.slice(0, Math.max(0, oldestFirst.length - limit)))
      context.registry.delete(jobs, job.metadata.namespace, job.metadata.name, { propagationPolicy: 'Background' });
  }
}
