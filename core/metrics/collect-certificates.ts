// Metrics of the certificates: how long each lasts, and whether it is in order.
import { certificateRecord } from '../../contracts/ledger/certificates.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { Collector } from './collectors.ts';
import { toSeconds } from './metric-family.ts';

export const collectCertificates: Collector = async ({ listByKind }) => {
  const records = await listByKind(certificateRecord, ledgerKind.certificate);
  const labelsOf = ({ name, environment }: (typeof records)[number]) => ({ certificate: name, environment });
  return [
    {
      name: 'automation_certificate_expiry_timestamp_seconds',
      help: 'When the certificate that is served expires.',
      type: 'gauge',
      samples: records.flatMap((record) => {
        const notAfter = record.verdict.facts?.notAfter;
        return notAfter === undefined ? [] : [{ labels: labelsOf(record), value: toSeconds(notAfter) }];
      }),
    },
    {
      name: 'automation_certificate_days_left',
      help: 'Days until it expires, as the last check found it.',
      type: 'gauge',
      samples: records.flatMap((record) => {
        const { daysLeft } = record.verdict;
        return daysLeft === undefined ? [] : [{ labels: labelsOf(record), value: daysLeft }];
      }),
    },
    {
      name: 'automation_certificate_problems',
      help: 'How many problems the last check found.',
      type: 'gauge',
      samples: records.map((record) => ({ labels: labelsOf(record), value: record.verdict.problems.length })),
    },
  ];
};
