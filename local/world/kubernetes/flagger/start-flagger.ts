// Flagger: looks at each canary at every interval of its analysis, on the cluster's clock.
import { type ControllerContext, keyOf, startController } from '../controllers/controller.ts';
import type { PodMetrics } from '../pods/pod-metrics.ts';
import type { Deployment } from '../resources/workload-types.ts';
import { CanaryAdvancer } from './advance-canary.ts';
import type { ReachService } from './call-webhook.ts';
import { type Canary, type CanaryMetric, intervalOf, parseGoDuration } from './canary.ts';
import { CanaryWorkloads } from './canary-workloads.ts';
import { type AskPrometheus, CanarySamples, evaluateQuery, NoValuesFound, renderQuery } from './measure-canary.ts';

export interface FlaggerParts extends ControllerContext {
  readonly metrics: PodMetrics;
  readonly reach: ReachService;
  /** A real Prometheus that scrapes the pods; without one the pods' counters are read directly. */
  readonly findPrometheus: () => AskPrometheus | undefined;
}

/** Runs until the cluster stops. */
export function startFlagger(parts: FlaggerParts): void {
  const { registry, clock } = parts;
  const type = registry.types.findResource('flagger.app', 'canaries');
  const templates = registry.types.findResource('flagger.app', 'metrictemplates');
  if (!type || !templates) throw new Error('the cluster does not serve canaries.flagger.app');
  const samples = new CanarySamples(parts.metrics);
  const workloads = new CanaryWorkloads(registry);
  const advancer = new CanaryAdvancer({ ...parts, type, judge });
  /** When each canary was first seen: its looks are whole intervals after that. */
  const seenAt = new Map<string, number>();
  const lookedAt = new Map<string, number>();
  const plannedAt = new Map<string, number>();

  startController(parts, {
    name: 'flagger',
    type,
    // A new version shows in the target; a primary that becomes ready lets an initialization end.
    relate: ({ resource, object }) => {
      if (resource !== 'apps/deployments') return [];
      const name = object.metadata.name.replace(/-primary$/, '');
      return registry
        .list<Canary>(type, object.metadata.namespace)
        .filter(({ spec }) => spec.targetRef.name === name)
        .map(keyOf);
    },
    reconcile: async ({ namespace, name }, queue) => {
      const canary = registry.find<Canary>(type, namespace, name);
      if (!canary || canary.metadata.deletionTimestamp || !advancer.isThereWork(canary)) return;
      const { uid } = canary.metadata;
      const planned = plannedAt.get(uid) ?? planLook(uid, intervalOf(canary));
      plannedAt.set(uid, planned);
      // A timer may ring some milliseconds late: whatever was planned is looked at then, and not an interval later.
      if (clock.now() < planned) {
        queue.addAt({ namespace, name }, planned);
        return;
      }
      plannedAt.delete(uid);
      lookedAt.set(uid, planned);
      await advancer.advance(canary);
      const target = workloads.findTarget(canary);
      if (target) samples.take(workloads.listCanaryPods(target), clock.now());
      const after = registry.find<Canary>(type, namespace, name);
      if (!after || !advancer.isThereWork(after)) return;
      plannedAt.set(uid, planned + intervalOf(after));
      queue.addAt({ namespace, name }, planned + intervalOf(after));
    },
  });

  /** At once when it is seen for the first time; else at the next whole interval after that which was not looked at yet. */
  function planLook(uid: string, interval: number): number {
    const now = clock.now();
    const first = seenAt.get(uid) ?? now;
    seenAt.set(uid, first);
    const last = lookedAt.get(uid);
    if (last === undefined) return first;
    return Math.max(last + interval, first + Math.ceil((now - first) / interval) * interval);
  }

  async function judge(canary: Canary, target: Deployment): Promise<string | undefined> {
    for (const metric of canary.spec.analysis?.metrics ?? []) {
      const problem = await judgeMetric(canary, target, metric);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  async function judgeMetric(canary: Canary, target: Deployment, metric: CanaryMetric): Promise<string | undefined> {
    const { name, templateRef, thresholdRange = {}, interval = '1m' } = metric;
    const where = `${canary.spec.targetRef.name}.${canary.metadata.namespace}`;
    const template =
      templateRef &&
      templates &&
      registry.find(templates, templateRef.namespace ?? canary.metadata.namespace, templateRef.name);
    if (!template) return `Metric template ${templateRef?.name ?? name} error: not found`;
    const query = renderQuery(template, canary, interval);
    try {
      const ask = parts.findPrometheus();
      const since = clock.now() - (parseGoDuration(interval) ?? 60_000);
      const value =
        ask === undefined
          ? evaluateQuery(query, samples.readSince(workloads.listCanaryPods(target), since))
          : await ask(query);
      if (value === undefined) throw new NoValuesFound('no values found');
      const { min, max } = thresholdRange;
      if (min !== undefined && value < min) return `Halt ${where} advancement ${name} ${value.toFixed(2)} < ${min}`;
      if (max !== undefined && value > max) return `Halt ${where} advancement ${name} ${value.toFixed(2)} > ${max}`;
      return undefined;
    } catch (error) {
      if (error instanceof NoValuesFound)
        return `Halt advancement no values found for custom metric: ${name}: ${error.message}`;
      return `Metric query failed for ${name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
