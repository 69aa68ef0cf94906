// Steps Record… of promote-release.
import { recordOutcomeTask } from '../../contracts/workflows/promote-release.ts';
import { describeFailure } from '../../core/promotion/describe-failure.ts';
import { recordOutcome } from '../../core/promotion/record-outcome.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoOutcomeStore } from '../adapters/dynamo-outcome-store.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const store = createDynamoOutcomeStore(connectLedger(environment.LEDGER_TABLE_NAME));

/** Writes how the promotion ended and returns the sentence that people are told. */
export const handler = defineTask({
  ...recordOutcomeTask,
  async handle({ failure, reason, revision, committedAt, ...outcome }) {
    const services = outcome.services.map(({ name }) => name).join(', ');
    const words =
      failure === undefined
        ? (reason ??
          `${services} ${outcome.promotion.change === 'rollback' ? 'back and ' : ''}healthy in ${outcome.promotion.environment} with all smoke tests passed`)
        : describeFailure(failure);
    return await recordOutcome(store, { ...outcome, revision, committedAt, reason: words });
  },
});
