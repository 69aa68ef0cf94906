// Step PreemptLeases of rollback-release.
import { preemptLeasesTask } from '../../contracts/workflows/rollback-release.ts';
import { preemptLeases } from '../../core/rollback/preempt-leases.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const leases = createDynamoLeaseStore(connectLedger(environment.LEDGER_TABLE_NAME), systemClock);

/** Whoever held the leases is fenced off; only another rollback is left to its work. */
export const handler = defineTask({
  ...preemptLeasesTask,
  async handle({ promotion, services, deadHolder }) {
    const decision = await preemptLeases(leases, promotion, services, deadHolder);
    return { ...decision, leases: [...decision.leases] };
  },
});
