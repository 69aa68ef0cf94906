// What the simulated services count of their requests, as they would tell Prometheus.
// https://prometheus.io/docs/instrumenting/exposition_formats/
import type { Pod } from '../resources/workload-types.ts';

/** Upper bounds in seconds, those of the client libraries. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface RequestCounts {
  /** Requests by status code. */
  readonly byStatus: ReadonlyMap<number, number>;
  /** Requests that took at most the bucket's bound; the last one counts all. */
  readonly byDuration: readonly number[];
  readonly durationSeconds: number;
}

interface Counters {
  byStatus: Map<number, number>;
  byDuration: number[];
  durationSeconds: number;
}

/** Counters of pods since their start: gone with the cluster's process, as a container's are with it. */
export class PodMetrics {
  private readonly counters = new Map<string, Counters>();

  observe(pod: Pod, status: number, seconds: number): void {
    const { uid } = pod.metadata;
    const counters = this.counters.get(uid) ?? emptyCounters();
    this.counters.set(uid, counters);
    counters.byStatus.set(status, (counters.byStatus.get(status) ?? 0) + 1);
    for (const [index, bound] of [...durationBuckets, Number.POSITIVE_INFINITY].entries())
      if (seconds <= bound) counters.byDuration[index] = (counters.byDuration[index] ?? 0) + 1;
    counters.durationSeconds += seconds;
  }

  /** The counts so far, as they are now: later requests do not change what was returned. */
  read(pod: Pod): RequestCounts {
    return structuredClone(this.counters.get(pod.metadata.uid) ?? emptyCounters());
  }

  /** The text format, version 0.0.4. */
  render(pod: Pod): string {
    const service = serviceOf(pod);
    const { byStatus, byDuration, durationSeconds } = this.read(pod);
    const total = byDuration.at(-1) ?? 0;
    const buckets = [...durationBuckets, '+Inf'].map(
      (bound, index) =>
        `http_request_duration_seconds_bucket{service="${service}",le="${bound}"} ${byDuration[index] ?? 0}`,
    );
    return [
      '# HELP http_requests_total Requests that were answered, health checks left out.',
      '# TYPE http_requests_total counter',
      ...[...byStatus].map(
        ([status, count]) => `http_requests_total{service="${service}",status="${status}"} ${count}`,
      ),
      '# HELP http_request_duration_seconds How long the answers took.',
      '# TYPE http_request_duration_seconds histogram',
      ...buckets,
      `http_request_duration_seconds_sum{service="${service}"} ${durationSeconds}`,
      `http_request_duration_seconds_count{service="${service}"} ${total}`,
      '',
    ].join('\n');
  }
}

/** A service knows its own name, whatever labels its pod was given: its container is called so. */
export function serviceOf(pod: Pod): string {
  return pod.spec.containers[0]?.name ?? pod.metadata.name;
}

function emptyCounters(): Counters {
  return { byStatus: new Map(), byDuration: [...durationBuckets, 0].map(() => 0), durationSeconds: 0 };
}
