import { describe, expect, it } from '@jest/globals';
import type { JobStateRecord } from '../../../contracts/ledger/jobs.ts';
import { ledgerKey, ledgerKind } from '../../../contracts/ledger.ts';
import { collectJobs } from '../../../core/metrics/collect-jobs.ts';
import { collectMetrics } from '../../../core/metrics/collectors.ts';
import { renderMetrics } from '../../../core/metrics/metric-family.ts';

const state: JobStateRecord = {
  ...ledgerKey.jobState('back-up'),
  kind: ledgerKind.job,
  sortKey: 'back-up',
  job: 'back-up',
  schedule: 'cron(0 3 * * ? *) UTC',
  registeredAt: '2026-11-01T00:00:00.000Z',
  condition: 'missed',
  since: '2026-11-12T05:00:00.000Z',
  reason: 'no run was started',
  checkedAt: '2026-11-12T05:00:00.000Z',
  dueAt: '2026-11-12T03:00:00.000Z',
  deadline: '2026-11-12T04:30:00.000Z',
  lastSuccess: {
    scheduledFor: '2026-11-11T03:00:00Z',
    startedAt: '2026-11-11T03:00:01.000Z',
    finishedAt: '2026-11-11T03:00:31.500Z',
    executionArn: 'arn:run',
    measures: { bytes: 2048 },
  },
};

describe('metrics', () => {
  it('say of a job when it last succeeded, what it did, and how it is', async () => {
    const text = renderMetrics(await collectJobs({ listByKind: async (schema) => [schema.parse(state)] as never }));
    expect(text).toContain('# TYPE automation_job_last_success_timestamp_seconds gauge\n');
    expect(text).toContain('automation_job_last_success_timestamp_seconds{job_name="back-up"} 1794366031.5\n');
    expect(text).toContain('automation_job_last_success_duration_seconds{job_name="back-up"} 30.5\n');
    expect(text).toContain('automation_job_last_success_measure{job_name="back-up",measure="bytes"} 2048\n');
    expect(text).toContain('automation_job_condition{job_name="back-up",condition="missed"} 1\n');
    expect(text).toContain('automation_job_condition{job_name="back-up",condition="healthy"} 0\n');
  });

  it('escape what a label may hold', () => {
    const family = { name: 'automation_x', help: 'a\nb', type: 'gauge' as const };
    const text = renderMetrics([{ ...family, samples: [{ labels: { a: 'q"b\\c\nd' }, value: 1 }] }]);
    expect(text).toBe('# HELP automation_x a\\nb\n# TYPE automation_x gauge\nautomation_x{a="q\\"b\\\\c\\nd"} 1\n');
  });

  it('are one text of distinct names, empty when nothing is known yet', async () => {
    const families = await collectMetrics({ listByKind: async () => [] });
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    expect(renderMetrics(families)).toBe('');
  });
});
