// How far archives reach, what counts as too far behind, and what Prometheus is told of it.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { ArchiveRecord } from '../../../contracts/ledger/archives.ts';
import { collectArchives } from '../../../core/metrics/collect-archives.ts';
import type { MetricSources } from '../../../core/metrics/collectors.ts';
import { renderMetrics } from '../../../core/metrics/metric-family.ts';
import { measureArchives } from '../../../core/point-in-time/measure-archives.ts';

const configuration = loadConfiguration(new URL('../../../config/pyairtable.yaml', import.meta.url).pathname);
const now = '2026-12-05T10:00:00.000Z';
const agoSeconds = (seconds: number): string => new Date(Date.parse(now) - seconds * 1000).toISOString();

async function measure(reaches: Record<string, string | undefined>) {
  const records: ArchiveRecord[] = [];
  const parts = {
    async findReach(bucket: string) {
      if (!(bucket in reaches)) throw new Error(`no bucket ${bucket}`);
      return reaches[bucket];
    },
    put: async (record: ArchiveRecord) => void records.push(record),
  };
  const round = await measureArchives(configuration, parts, now).catch((error: Error) => error.message);
  return { round, records };
}
const [dev, staging, prod] = ['dev', 'staging', 'prod'].map((each) => `pyairtable-${each}-backups`) as [
  string,
  string,
  string,
];

describe('an archive', () => {
  it.each([
    ['as far as allowed', 900, 0],
    ['a second further behind', 901, 1],
  ])('%s is counted so; one that may lie still, or was never begun, is not counted', async (_, lag, lagging) => {
    const { round, records } = await measure({
      [dev]: undefined,
      [staging]: agoSeconds(90_000),
      [prod]: agoSeconds(lag),
    });
    expect(round).toEqual({ measured: 3, lagging });
    expect(
      records.map(({ environment, lagSeconds, allowedLagSeconds }) => [environment, lagSeconds, allowedLagSeconds]),
    ).toEqual([
      ['dev', undefined, undefined],
      ['staging', 90_000, undefined],
      ['prod', lag, 900],
    ]);
  });

  it('that cannot be asked fails the round, after all others are measured', async () => {
    const { round, records } = await measure({ [dev]: undefined, [prod]: agoSeconds(1) });
    expect([round, records.length]).toEqual([`no bucket ${staging}`, 2]);
  });

  it('is told to Prometheus; what is not known has no sample', async () => {
    const { records } = await measure({ [dev]: undefined, [staging]: agoSeconds(60), [prod]: agoSeconds(30) });
    const sources = { listByKind: async () => records } as unknown as MetricSources;
    const text = renderMetrics(await collectArchives(sources));
    expect(text.split('\n').filter((line) => !line.startsWith('#') && line !== '')).toEqual([
      'automation_archive_begun{database="pyairtable",environment="dev"} 0',
      'automation_archive_begun{database="pyairtable",environment="staging"} 1',
      'automation_archive_begun{database="pyairtable",environment="prod"} 1',
      'automation_archive_lag_seconds{database="pyairtable",environment="staging"} 60',
      'automation_archive_lag_seconds{database="pyairtable",environment="prod"} 30',
      'automation_archive_lag_allowed_seconds{database="pyairtable",environment="prod"} 900',
      ...['dev', 'staging', 'prod'].map(
        (each) =>
          `automation_archive_measured_timestamp_seconds{database="pyairtable",environment="${each}"} 1796464800`,
      ),
    ]);
  });
});
