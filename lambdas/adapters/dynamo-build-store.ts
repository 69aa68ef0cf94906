// Conclusions of builds and who waits for them, in the ledger.
import { buildConclusionRecord, buildWaiterRecord } from '../../contracts/ledger/builds.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { Clock } from '../../core/clock.ts';
import type { BuildStore } from '../../core/promotion/await-build.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Longer than any promotion may wait. */
const retentionSeconds = 30 * 86_400;

export function createDynamoBuildStore(ledger: DynamoLedger, clock: Clock): BuildStore {
  const expiresAt = (): number => Math.floor(clock.now() / 1000) + retentionSeconds;
  return {
    async putWaiter(repository, commit, { promotionId, taskToken }) {
      const key = ledgerKey.buildWaiter(repository, commit, promotionId);
      await ledger.put({ ...key, taskToken, promotionId, expiresAt: expiresAt() });
    },
    async listWaiters(repository, commit) {
      const { pk } = ledgerKey.buildConclusion(repository, commit);
      return await ledger.list(buildWaiterRecord, pk, { prefix: 'WAITER#' });
    },
    async removeWaiter(repository, commit, promotionId) {
      await ledger.remove(ledgerKey.buildWaiter(repository, commit, promotionId));
    },
    async putConclusion({ repository, commit, ...report }, eventId) {
      await ledger.put(
        { ...ledgerKey.buildConclusion(repository, commit), ...report, eventId, expiresAt: expiresAt() },
        {
          expression: 'attribute_not_exists(pk) OR runId < :runId OR (runId = :runId AND runAttempt <= :runAttempt)',
          values: { ':runId': report.runId, ':runAttempt': report.runAttempt },
        },
      );
    },
    async findConclusion(repository, commit) {
      const record = await ledger.find(buildConclusionRecord, ledgerKey.buildConclusion(repository, commit));
      return record === undefined ? undefined : { conclusion: record.conclusion, url: record.url };
    },
  };
}
