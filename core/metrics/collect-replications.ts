// Metrics of the replication: the measured recovery point of each class of data, and what is allowed.
import { replicationRecord } from '../../contracts/ledger/replications.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { Collector } from './collectors.ts';

export const collectReplications: Collector = async ({ listByKind }) => {
  const records = await listByKind(replicationRecord, ledgerKind.replication);
  const labelsOf = ({ dataClass, subject }: (typeof records)[number]) => ({ data_class: dataClass, subject });
  return [
    {
      name: 'automation_recovery_point_age_seconds',
      help: 'Age of the newest state that stands in the recovery region, as it was last measured.',
      type: 'gauge',
      samples: records.map((record) => ({ labels: labelsOf(record), value: record.rpoSeconds })),
    },
    {
      name: 'automation_recovery_point_target_seconds',
      help: 'The age that is allowed.',
      type: 'gauge',
      samples: records.map((record) => ({ labels: labelsOf(record), value: record.targetSeconds })),
    },
    {
      name: 'automation_recovery_point_measured_timestamp_seconds',
      help: 'When it was last measured.',
      type: 'gauge',
      samples: records.map((record) => ({ labels: labelsOf(record), value: Date.parse(record.measuredAt) / 1000 })),
    },
  ];
};
