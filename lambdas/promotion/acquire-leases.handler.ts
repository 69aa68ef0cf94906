// Step AcquireLeases of promote-release.
import { acquireLeasesTask } from '../../contracts/workflows/promote-release.ts';
import { acquireLeases } from '../../core/promotion/acquire-leases.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const leases = createDynamoLeaseStore(connectLedger(environment.LEDGER_TABLE_NAME), systemClock);

/** Takes all leases or none; what somebody wants newer drops out. */
export const handler = defineTask({
  ...acquireLeasesTask,
  async handle({ promotion, services, deadHolder }) {
    const decision = await acquireLeases(leases, promotion, services, deadHolder);
    return { ...decision, services: [...decision.services], leases: [...decision.leases] };
  },
});
