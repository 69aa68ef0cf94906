// Last step of promote-release, after success and after failure.
import { releaseLeasesTask } from '../../contracts/workflows/promote-release.ts';
import { releaseAll } from '../../core/promotion/acquire-leases.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const leases = createDynamoLeaseStore(connectLedger(environment.LEDGER_TABLE_NAME), systemClock);

/** Gives back what the execution still holds; what another one took over stays with it. */
export const handler = defineTask({
  ...releaseLeasesTask,
  handle: async ({ promotion, leases: grants }) => ({ released: await releaseAll(leases, promotion, grants) }),
});
