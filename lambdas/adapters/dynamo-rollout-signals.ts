// News of environments, and who waits for them, in the ledger.
import { canaryRollbackRecord } from '../../contracts/ledger/canaries.ts';
import { canaryHaltRecord, rolloutSignalRecord, rolloutWaiterRecord } from '../../contracts/ledger/rollout-signals.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import { type Clock, formatTime } from '../../core/clock.ts';
import type { RolloutSignals } from '../../core/promotion/await-rollout.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** Longer than any rollout may take. */
const retentionSeconds = 30 * 86_400;

export function createDynamoRolloutSignals(ledger: DynamoLedger, clock: Clock): RolloutSignals {
  return {
    async findSignal(environment) {
      return (await ledger.find(rolloutSignalRecord, ledgerKey.rolloutSignal(environment)))?.signal ?? '';
    },
    async putSignal(environment, signal) {
      await ledger.put({ ...ledgerKey.rolloutSignal(environment), signal, heardAt: formatTime(clock.now()) });
    },
    async putWaiter(environment, { promotionId, taskToken }) {
      const expiresAt = Math.floor(clock.now() / 1000) + retentionSeconds;
      await ledger.put({ ...ledgerKey.rolloutWaiter(environment, promotionId), taskToken, promotionId, expiresAt });
    },
    async listWaiters(environment) {
      const { pk } = ledgerKey.rolloutSignal(environment);
      return await ledger.list(rolloutWaiterRecord, pk, { prefix: 'WAITER#' });
    },
    async removeWaiter(environment, promotionId) {
      await ledger.remove(ledgerKey.rolloutWaiter(environment, promotionId));
    },
  };
}

/** Why Flagger did not go on, as it said last; whom it took a version back for it does not say: then that person's words. */
export function createDynamoCanaryHalts(ledger: DynamoLedger, clock: Clock) {
  return {
    async find(environment: string, service: string, since: string): Promise<string | undefined> {
      const [halt, request] = await Promise.all([
        ledger.find(canaryHaltRecord, ledgerKey.canaryHalt(environment, service)),
        ledger.find(canaryRollbackRecord, ledgerKey.canaryRollback(environment, service)),
      ]);
      if (request !== undefined && request.requestedAt >= since)
        return `${request.actor} asked for it: ${request.reason}`;
      return halt !== undefined && halt.heardAt >= since ? halt.words : undefined;
    },
    async put(environment: string, service: string, words: string): Promise<void> {
      const expiresAt = Math.floor(clock.now() / 1000) + retentionSeconds;
      const heardAt = formatTime(clock.now());
      await ledger.put({ ...ledgerKey.canaryHalt(environment, service), words, heardAt, expiresAt });
    },
  };
}
