// The critical alerts that fire, in the ledger.
import type { AlertRecord } from '../../contracts/ledger/alerts.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Alerts are heard of in any order: an older episode never overwrites a newer one, and of one episode its end stays. */
export async function putAlert(ledger: DynamoLedger, record: AlertRecord): Promise<boolean> {
  const isNewer = 'attribute_not_exists(pk) OR startsAt < :startsAt';
  const ends = 'startsAt = :startsAt AND #status = :firing';
  const { written } = await ledger.put(
    record,
    record.status === 'resolved'
      ? {
          expression: `${isNewer} OR (${ends})`,
          names: { '#status': 'status' },
          values: { ':startsAt': record.startsAt, ':firing': 'firing' },
        }
      : { expression: isNewer, values: { ':startsAt': record.startsAt } },
  );
  return written;
}
