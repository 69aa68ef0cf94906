// The metrics of a canary: asked of a real Prometheus where there is one, else computed from the pods' own counters.

import { durationBuckets, type PodMetrics, type RequestCounts } from '../pods/pod-metrics.ts';
import type { JsonObject, KubernetesObject } from '../resources/kubernetes-object.ts';
import type { Pod } from '../resources/workload-types.ts';
import type { Canary } from './canary.ts';

/** Answers a query of a metric template; undefined when it has no result. */
export type AskPrometheus = (query: string) => Promise<number | undefined>;

/** What Flagger says when a query has no result. */
export class NoValuesFound extends Error {
  override readonly name = 'NoValuesFound';
}

interface Sample {
  readonly at: number;
  readonly counts: RequestCounts;
}

/** How long samples are kept: longer than any metric's interval. */
const keptMilliseconds = 600_000;

/** Counters of canary pods at each look, so that the requests of an interval can be told from all before. */
export class CanarySamples {
  private readonly samples = new Map<string, Sample[]>();
  private readonly metrics: PodMetrics;

  constructor(metrics: PodMetrics) {
    this.metrics = metrics;
  }

  take(pods: readonly Pod[], at: number): void {
    for (const pod of pods) {
      const kept = (this.samples.get(pod.metadata.uid) ?? []).filter((sample) => sample.at > at - keptMilliseconds);
      this.samples.set(pod.metadata.uid, [...kept, { at, counts: this.metrics.read(pod) }]);
    }
  }

  /** What the pods have answered since `since`, all together. */
  readSince(pods: readonly Pod[], since: number): RequestCounts {
    return pods.reduce<RequestCounts>(
      (sum, pod) => {
        const earlier = this.samples.get(pod.metadata.uid)?.findLast(({ at }) => at <= since)?.counts;
        return add(sum, subtract(this.metrics.read(pod), earlier));
      },
      { byStatus: new Map(), byDuration: [], durationSeconds: 0 },
    );
  }
}

/**
 * The stand-in for PromQL: the two queries of gitops/canaries are recognized by the metric that they read.
 * Throws NoValuesFound without requests, Error for any other query.
 */
export function evaluateQuery(query: string, { byStatus, byDuration }: RequestCounts): number {
  const total = byDuration.at(-1) ?? 0;
  const [, quantile] = /histogram_quantile\(\s*([\d.]+)/.exec(query) ?? [];
  if (quantile !== undefined && query.includes('http_request_duration_seconds_bucket')) {
    if (total === 0) throw new NoValuesFound('no values found');
    return estimateQuantile(Number(quantile), byDuration) * (/\*\s*1000/.test(query) ? 1_000 : 1);
  }
  if (query.includes('http_requests_total')) {
    if (total === 0) throw new NoValuesFound('no values found');
    const errors = [...byStatus].reduce((sum, [status, count]) => (status >= 500 ? sum + count : sum), 0);
    return ((total - errors) / total) * 100;
  }
  throw new Error('the query is not one that can be answered without Prometheus: see gitops/canaries');
}

/** Linear within the bucket, as Prometheus does it. @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile */
function estimateQuantile(quantile: number, cumulative: readonly number[]): number {
  const rank = quantile * (cumulative.at(-1) ?? 0);
  const index = cumulative.findIndex((count) => count >= rank);
  if (index >= durationBuckets.length) return durationBuckets.at(-1) ?? 0;
  const upper = durationBuckets[index] ?? 0;
  const lower = durationBuckets[index - 1] ?? 0;
  const below = cumulative[index - 1] ?? 0;
  const inside = (cumulative[index] ?? 0) - below;
  return inside === 0 ? upper : lower + ((upper - lower) * (rank - below)) / inside;
}

/** Fills in a MetricTemplate's variables. @see https://docs.flagger.app/usage/metrics#custom-metrics */
export function renderQuery(template: KubernetesObject, canary: Canary, interval: string): string {
  const { query = '' } = (template.spec ?? {}) as JsonObject & { query?: string };
  const service = canary.spec.service.name ?? canary.spec.targetRef.name;
  const values: Readonly<Record<string, string>> = {
    name: canary.metadata.name,
    namespace: canary.metadata.namespace ?? '',
    target: canary.spec.targetRef.name,
    service,
    interval,
  };
  return query.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole);
}

function subtract(now: RequestCounts, before: RequestCounts | undefined): RequestCounts {
  if (before === undefined) return now;
  return {
    byStatus: new Map([...now.byStatus].map(([status, count]) => [status, count - (before.byStatus.get(status) ?? 0)])),
    byDuration: now.byDuration.map((count, index) => count - (before.byDuration[index] ?? 0)),
    durationSeconds: now.durationSeconds - before.durationSeconds,
  };
}

function add(a: RequestCounts, b: RequestCounts): RequestCounts {
  const statuses = new Set([...a.byStatus.keys(), ...b.byStatus.keys()]);
  return {
    byStatus: new Map([...statuses].map((code) => [code, (a.byStatus.get(code) ?? 0) + (b.byStatus.get(code) ?? 0)])),
    byDuration: b.byDuration.map((count, index) => count + (a.byDuration[index] ?? 0)),
    durationSeconds: a.durationSeconds + b.durationSeconds,
  };
}
