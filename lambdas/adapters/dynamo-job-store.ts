// Scheduled jobs in the ledger: their runs and what the watchdog thinks of them.

import { jobRunPrefix, jobRunRecord, jobStateRecord } from '../../contracts/ledger/jobs.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { JobRunStore } from '../../core/jobs/record-run.ts';
import type { JobStore } from '../../core/jobs/watch-jobs.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** As many runs as are looked at: the eight successes that a measure is judged by, with failures in between. */
const listedRuns = 20;

export function createDynamoJobStore(ledger: DynamoLedger): JobStore & JobRunStore {
  return {
    async findState(job) {
      return await ledger.find(jobStateRecord, ledgerKey.jobState(job));
    },
    async listRuns(job) {
      const { pk } = ledgerKey.jobState(job);
      return await ledger.list(jobRunRecord, pk, { prefix: jobRunPrefix, limit: listedRuns, newestFirst: true });
    },
    async putState(record) {
      await ledger.put(record, {
        expression: 'attribute_not_exists(pk) OR checkedAt <= :checkedAt',
        values: { ':checkedAt': record.checkedAt },
      });
    },
    async putRun(record) {
      await ledger.put(record);
    },
  };
}
