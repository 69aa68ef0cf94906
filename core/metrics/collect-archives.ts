// Metrics of continuous archives: how far behind its database each one is, and what is allowed.
import { type ArchiveRecord, archiveKinds, archiveRecord } from '../../contracts/ledger/archives.ts';
import type { Collector } from './collectors.ts';
import { toSeconds } from './metric-family.ts';

export const collectArchives: Collector = async ({ listByKind }) => {
  const records = await listByKind(archiveRecord, archiveKinds.archive);
  const gauge = (name: string, help: string, measure: (record: ArchiveRecord) => number | undefined) => ({
    name,
    help,
    type: 'gauge' as const,
    samples: records.flatMap((record) => {
      const value = measure(record);
      return value === undefined
        ? []
        : [{ labels: { database: record.database, environment: record.environment }, value }];
    }),
  });
  return [
    gauge('automation_archive_begun', 'Whether anything can be had back from the archive: 1 or 0.', ({ reachesTo }) =>
      Number(reachesTo !== undefined),
    ),
    gauge(
      'automation_archive_lag_seconds',
      'How far behind the database its archive was when it was measured last: what is younger would be lost with the server.',
      ({ lagSeconds }) => lagSeconds,
    ),
    gauge(
      'automation_archive_lag_allowed_seconds',
      'The lag that is allowed.',
      ({ allowedLagSeconds }) => allowedLagSeconds,
    ),
    gauge('automation_archive_measured_timestamp_seconds', 'When it was measured last.', ({ measuredAt }) =>
      toSeconds(measuredAt),
    ),
  ];
};
