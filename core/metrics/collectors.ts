// The table of what /metrics tells: one collector for each subject, each reads the ledger.
import type * as z from 'zod/mini';
import { collectArchives } from './collect-archives.ts';
import { collectBackups } from './collect-backups.ts';
import { collectCertificates } from './collect-certificates.ts';
import { collectJobs } from './collect-jobs.ts';
import { collectReplications } from './collect-replications.ts';
import type { MetricFamily } from './metric-family.ts';

/** What a collector may read. */
export interface MetricSources {
  /** All records of a kind, by their sort key. */
  listByKind<Schema extends z.ZodMiniType>(schema: Schema, kind: string): Promise<z.output<Schema>[]>;
}

export type Collector = (sources: MetricSources) => Promise<readonly MetricFamily[]>;

export const collectors: readonly Collector[] = [
  collectJobs,
  collectCertificates,
  collectBackups,
  collectArchives,
  collectReplications,
];

/** Everything or nothing: a subject that is silently missing would look like one that is in order. */
export async function collectMetrics(sources: MetricSources): Promise<readonly MetricFamily[]> {
  return (await Promise.all(collectors.map((collect) => collect(sources)))).flat();
}
