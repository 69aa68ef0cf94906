// `automation certificates report`: everything about every certificate, as JSON or as a page.
import { writeFileSync } from 'node:fs';
import { certificateCheckRecord } from '../../contracts/ledger/certificates.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { buildCertificateReport, type CertificateReport } from '../certificate-report.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { renderCertificateReport } from '../render-certificate-report.ts';
import { listCertificates } from './certificates.ts';

/** A year of days. */
const historyLimit = 366;

/** From the ledger as it is: what was recorded in the past is in it. */
export async function reportCertificates(
  connection: Connection,
  options: { readonly application: string; readonly now: string },
): Promise<CertificateReport> {
  const ledger = createLedgerReader(connection);
  const records = await listCertificates(connection);
  const checks = await Promise.all(
    records.map(async ({ name }) => {
      const newest = await ledger.listPartition(ledgerKey.certificate(name).pk, certificateCheckRecord, {
        newestFirst: true,
        limit: historyLimit,
      });
      return [name, newest.toReversed()] as const;
    }),
  );
  return buildCertificateReport(records, new Map(checks), options);
}

/** A page unless the file's name ends in `.json`. */
export function writeReport(report: CertificateReport, file: string): void {
  writeFileSync(
    file,
    file.endsWith('.json') ? `${JSON.stringify(report, null, 2)}\n` : renderCertificateReport(report),
  );
}
