// `automation recovery status`: what would be lost if the primary region were lost now.
import { type ReplicationRecord, replicationRecord } from '../../contracts/ledger/replications.ts';
import { ledgerKind } from '../../contracts/ledger.ts';
import type { Connection } from '../connection.ts';
import { createLedgerReader } from '../ledger-reader.ts';
import { renderDuration, renderTable } from '../output.ts';

/** As the last sweep measured it, each class of data by its subject. */
export async function showRecoveryStatus(connection: Connection): Promise<readonly ReplicationRecord[]> {
  return await createLedgerReader(connection).listByKind(ledgerKind.replication, replicationRecord);
}

export function renderRecoveryStatus(records: readonly ReplicationRecord[]): string {
  if (records.length === 0) return 'nothing has been measured yet: the first hourly sweep does';
  const rows = records.map(({ dataClass, subject, state, rpoSeconds, targetSeconds, measuredAt }) => [
    dataClass,
    subject,
    state,
    renderDuration(rpoSeconds * 1000),
    renderDuration(targetSeconds * 1000),
    measuredAt,
  ]);
  return renderTable(['DATA', 'SUBJECT', 'STATE', 'RECOVERY POINT', 'ALLOWED', 'MEASURED'], rows);
}
