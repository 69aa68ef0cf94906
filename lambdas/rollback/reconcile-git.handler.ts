// Step WriteToGit of reconcile-git.
import { reconcileGitTask } from '../../contracts/workflows/reconcile-git.ts';
import { type ChangeToCommit, reconcileAll } from '../../core/rollback/reconcile-git.ts';
import { connectBreakGlass } from '../adapters/connect-break-glass.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBreakGlassLedger } from '../adapters/dynamo-break-glass.ts';
import { createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { connectGitOps } from '../promotion/commit-phase.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const { repository, commitAllPhases } = connectGitOps(configuration, ledger, environment);
const ports = {
  repository,
  commit: async ({ services, leases, ...change }: ChangeToCommit) =>
    await commitAllPhases({ ...change, services: [...services], leases: [...leases] }),
  clusterOf: connectBreakGlass(configuration),
  leases: createDynamoLeaseStore(ledger, systemClock),
  ledger: createDynamoBreakGlassLedger(ledger),
};

export const handler = defineTask({
  ...reconcileGitTask,
  handle: async ({ executionArn, now, ...asked }) => await reconcileAll(configuration, ports, asked, executionArn, now),
});
