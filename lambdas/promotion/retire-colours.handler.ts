// On a schedule: colours that were kept warm long enough are scaled down, unless somebody is changing the service.
import * as z from 'zod/mini';
import { recordRun } from '../../core/jobs/record-run.ts';
import { retireColours } from '../../core/promotion/strategies/retire-colours.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectGitOpsRepository } from '../adapters/connect-gitops-repository.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoColours } from '../adapters/dynamo-colours.ts';
import { createDynamoJobStore } from '../adapters/dynamo-job-store.ts';
import { createDynamoLeaseCheck, createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const ports = {
  repository: connectGitOpsRepository(configuration, connectGitHub(environment)),
  leases: createDynamoLeaseStore(ledger, systemClock),
  leaseCheck: createDynamoLeaseCheck(ledger, systemClock),
  colours: createDynamoColours(ledger),
  clock: systemClock,
};

const store = createDynamoJobStore(ledger);

/** Nothing is waited for: what somebody holds is left for the next run. */
export const handler = defineEventHandler({
  input: z.object({ scheduledFor: z.optional(z.string()) }),
  async handle({ scheduledFor }, { requestId }) {
    const run = { job: 'retire-colours', requestId, scheduledFor };
    return await recordRun({ store, clock: systemClock }, run, async () => {
      const retired = await retireColours(configuration, ports, `retire-colours:${requestId}`);
      if (retired.length > 0) logger.info('colours retired', { retired });
      return { retired: retired.filter(({ outcome }) => outcome === 'scaled-down').length };
    });
  },
});
