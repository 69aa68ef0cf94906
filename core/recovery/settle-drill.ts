// Ends a drill: writes its scorecard, marks what it has swept up after, gives back the right to run one, and tells.
import type { Configuration } from '../../config/schema.ts';
import type { AgentResult } from '../../contracts/backup-manifest.ts';
import { type RecoveryDetail, recoverySource } from '../../contracts/events/recovery.ts';
import type { Score, Scorecard } from '../../contracts/ledger/recovery-drills.ts';
import type { DrillPlan, EndedJob } from '../../contracts/workflows/recovery-drill.ts';
import type { EventPublisher } from '../ingress/receive-delivery.ts';
import type { DrillStore } from './begin-drill.ts';
import { buildDrillRecord } from './plan-drill.ts';
import { renderScorecard } from './render-scorecard.ts';

export interface DrillSettlement {
  readonly configuration: Pick<Configuration, 'application' | 'aws'>;
  readonly store: DrillStore;
  findResult(bucket: string, job: string): Promise<AgentResult | undefined>;
  /** Removes what is left of the Jobs of drills. */
  stopJobs(
    environments: readonly string[],
  ): Promise<{ readonly removed: readonly string[]; readonly left: readonly string[] }>;
  putObject(bucket: string, key: string, body: string, contentType: string): Promise<void>;
  readonly publisher: EventPublisher;
  now(): string;
}

export interface DrillEnd {
  readonly plan: DrillPlan;
  readonly scores: readonly Score[];
  /** Jobs that were removed before the databases were dropped. */
  readonly stopped: readonly string[];
  readonly sweeps: readonly EndedJob[];
  readonly failure?: string | undefined;
  readonly executionArn: string;
}

/** Repeating it writes the same. */
export async function settleDrill(
  parts: DrillSettlement,
  { plan, scores, stopped, sweeps, failure, executionArn }: DrillEnd,
): Promise<{ outcome: 'passed' | 'failed' | 'swept'; reason: string; restores: number }> {
  const swept = await Promise.all(sweeps.map((ended) => readSweep(parts, plan, ended)));
  const jobs = await parts.stopJobs(plan.environments);
  // What swept is no leftover.
  const own = new Set(plan.sweeps.map(({ job }) => `Job ${job}`));
  const jobsRemoved = jobs.removed.filter((each) => !own.has(each));
  const removed = [...stopped, ...swept.flatMap((each) => each.removed), ...jobsRemoved];
  const left = [...swept.flatMap((each) => each.left), ...jobs.left];
  const failed = scores.filter(({ passed }) => !passed);
  const problems = [
    ...(failure === undefined ? [] : [failure]),
    ...failed.map(
      ({ dataClass, subject, environment, reason }) => `${dataClass} ${subject} of ${environment}: ${reason}`,
    ),
    ...left.map((each) => `left behind: ${each}`),
  ];
  const finishedAt = parts.now();
  const { application, aws } = parts.configuration;
  const outcome = problems.length === 0 ? 'passed' : 'failed';
  const summary = plan.sweepOnly
    ? `${removed.length} leftovers of drills removed, ${left.length} left`
    : `${scores.length - failed.length} of ${scores.length} passed, ${removed.length} temporary things removed, ${left.length} left`;
  const reason = failure === undefined ? summary : `${failure}; ${summary}`;
  const scorecard: Scorecard = {
    ...{ drillId: plan.drillId, application, region: aws.recoveryRegion, environments: plan.environments },
    ...{ startedAt: plan.startedAt, finishedAt, outcome, reason, scores: [...scores] },
    ...{ sweep: { removed, left }, executionArn, actor: plan.actor },
  };
  if (!plan.sweepOnly) {
    await parts.putObject(plan.bucket, `${plan.key}.json`, JSON.stringify(scorecard, undefined, 2), 'application/json');
    await parts.putObject(plan.bucket, `${plan.key}.html`, renderScorecard(scorecard), 'text/html; charset=utf-8');
  }
  if (left.length === 0) await markSwept(parts, plan.abandoned, finishedAt);
  const end = plan.sweepOnly && outcome === 'passed' ? 'swept' : outcome;
  const words = { passed: 'RecoveryDrillPassed', failed: 'RecoveryDrillFailed', swept: 'RecoveryDrillSwept' } as const;
  const detail: RecoveryDetail = {
    metadata: {
      eventId: `${plan.drillId}-${end}`,
      correlationId: `recovery-drill/${plan.drillId}`,
      occurredAt: finishedAt,
      actor: plan.actor,
    },
    recovery: { id: plan.drillId, environments: plan.environments, region: aws.recoveryRegion, executionArn },
    reason,
    lines: problems,
  };
  await parts.publisher.publish({ source: recoverySource, detailType: words[end], detail });
  await parts.store.put({ ...buildDrillRecord(plan, executionArn), status: end, finishedAt, scorecard });
  await parts.store.release(executionArn);
  return {
    outcome: end,
    reason,
    restores: scores.filter(({ dataClass, passed }) => dataClass === 'database' && passed).length,
  };
}

/** The agent lists the databases before and after; a Job that told nothing has proven nothing. */
async function readSweep(parts: DrillSettlement, plan: DrillPlan, ended: EndedJob) {
  const planned = plan.sweeps.find(({ job }) => job === ended.job);
  const result = planned === undefined ? undefined : await parts.findResult(planned.backup.bucket, ended.job);
  if (ended.status === 'succeeded' && result?.outcome === 'succeeded')
    return { removed: (result.droppedDatabases ?? []).map((name) => `database ${name}`), left: [] };
  return { removed: [], left: [`databases of drills in ${ended.environment}: ${result?.reason ?? ended.reason}`] };
}

async function markSwept({ store }: DrillSettlement, abandoned: readonly string[], finishedAt: string): Promise<void> {
  for (const drillId of abandoned) {
    const record = await store.find(drillId);
    if (record?.status === 'running') await store.put({ ...record, status: 'swept', finishedAt });
  }
}
