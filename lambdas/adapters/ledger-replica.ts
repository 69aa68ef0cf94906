// Measures how far the ledger's replica is behind: writes a heartbeat here and looks for it there.
import { setTimeout as sleep } from 'node:timers/promises';
import { replicationHeartbeatRecord } from '../../contracts/ledger/replications.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** The usual lag is below two seconds. */
const looks = 6;
const waitMilliseconds = 1_000;

/** In seconds: how long it took, or, when it has not arrived, the age of the newest heartbeat that has. */
export function createLedgerMeasurement(here: DynamoLedger, there: DynamoLedger): (now: string) => Promise<number> {
  const key = ledgerKey.replicationHeartbeat();
  return async (now) => {
    const startedAt = performance.now();
    await here.put({ ...key, writtenAt: now });
    let newest: string | undefined;
    for (let look = 0; look < looks; look += 1) {
      newest = (await there.find(replicationHeartbeatRecord, key))?.writtenAt;
      if (newest !== undefined && newest >= now) return Math.round((performance.now() - startedAt) / 1000);
      await sleep(waitMilliseconds);
    }
    // Never seen there: older than any target.
    return newest === undefined ? 365 * 86_400 : Math.round((Date.parse(now) - Date.parse(newest)) / 1000);
  };
}
