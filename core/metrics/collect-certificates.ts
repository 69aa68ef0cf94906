// Metrics of the certificates: how long each lasts, what is wrong with it, when it was checked, and how its renewals go.
import { renewalStateRecord } from '../../contracts/ledger/certificate-renewals.ts';
import { certificateRecord } from '../../contracts/ledger/certificates.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { Collector } from './collectors.ts';
import { toSeconds } from './metric-family.ts';

export const collectCertificates: Collector = async ({ listByKind }) => {
  const [records, renewals] = await Promise.all([
    listByKind(certificateRecord, ledgerKind.certificate),
    listByKind(renewalStateRecord, ledgerKind.renewalState),
  ]);
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
    {
      name: 'automation_certificate_problem',
      help: '1 for each kind of problem that the last check found.',
      type: 'gauge',
      samples: records.flatMap((record) =>
        record.verdict.problems.map(({ kind }) => ({ labels: { ...labelsOf(record), reason: kind }, value: 1 })),
      ),
    },
    {
      name: 'automation_certificate_last_check_timestamp_seconds',
      help: 'When it was checked last.',
      type: 'gauge',
      samples: records.map((record) => ({ labels: labelsOf(record), value: toSeconds(record.checkedAt) })),
    },
    {
      name: 'automation_certificate_renewal_failures',
      help: 'Renewals that failed since the last one that succeeded.',
      type: 'gauge',
      samples: renewals.map(({ name, failures }) => ({ labels: { certificate: name }, value: failures })),
    },
  ];
};
