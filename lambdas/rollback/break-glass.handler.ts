// Step BreakGlass of rollback-release.
import { breakGlassTask } from '../../contracts/workflows/rollback-release.ts';
import { breakGlass } from '../../core/rollback/break-glass.ts';
import { connectBreakGlass } from '../adapters/connect-break-glass.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBreakGlassLedger } from '../adapters/dynamo-break-glass.ts';
import { createDynamoLeaseCheck } from '../adapters/dynamo-lease-store.ts';
import { createDynamoRolloutLedger } from '../adapters/dynamo-rollout-ledger.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const ports = {
  clusterOf: connectBreakGlass(configuration),
  leases: createDynamoLeaseCheck(ledger, systemClock),
  rollouts: createDynamoRolloutLedger(ledger),
  ledger: createDynamoBreakGlassLedger(ledger),
};

/** Git cannot be reached, or Argo CD does not sync: has the earlier version run all the same. */
export const handler = defineTask({
  ...breakGlassTask,
  handle: async ({ promotion, services, leases, openedAt, isGitAway }) =>
    await breakGlass(configuration, ports, promotion, services, leases, { openedAt, isGitAway }),
});
