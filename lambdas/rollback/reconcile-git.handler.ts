// Step WriteToGit of reconcile-git.
import { reconcileGitTask } from '../../contracts/workflows/reconcile-git.ts';
import { getEnvironment } from '../../core/configuration/get-configured.ts';
import { getStrategy } from '../../core/promotion/strategies/find-strategy.ts';
import { type ChangeToCommit, type Reconciliation, reconcileGit } from '../../core/rollback/reconcile-git.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBreakGlassLedger } from '../adapters/dynamo-break-glass.ts';
import { createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { createBreakGlassCluster } from '../adapters/kubernetes-break-glass.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';
import { connectGitOps } from '../promotion/commit-phase.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const clientOf = connectClusters();
const { repository, commitPhase } = connectGitOps(configuration, ledger, environment);
const ports = {
  repository,
  async commit({ services, leases, ...change }: ChangeToCommit) {
    let revision = '';
    for (const phase of getStrategy(getEnvironment(configuration, change.promotion.environment)).phases) {
      ({ revision } = await commitPhase({ ...change, services: [...services], leases: [...leases], phase }));
    }
    return revision;
  },
  clusterOf(name: string) {
    const { cluster, argoNamespace, argoApplication } = getEnvironment(configuration, name);
    return createBreakGlassCluster(clientOf(cluster), { namespace: argoNamespace, name: argoApplication });
  },
  leases: createDynamoLeaseStore(ledger, systemClock),
  ledger: createDynamoBreakGlassLedger(ledger),
};

/** Tries once for each service; it is over when every one stands in Git. */
export const handler = defineTask({
  ...reconcileGitTask,
  async handle({ rollbackId, environment: name, services, executionArn, now }) {
    const attempts = [];
    for (const service of services) {
      const asked = { rollbackId, environment: name, service };
      attempts.push(await reconcileGit(configuration, ports, asked, executionArn, now));
    }
    const open = attempts.filter(({ outcome }) => outcome === 'waiting');
    const words = (open.length > 0 ? open : attempts).map((attempt) => attempt.words).join('; ');
    const revision = attempts.findLast((attempt) => attempt.revision !== undefined)?.revision;
    const outcome: Reconciliation['outcome'] = open.length > 0 ? 'waiting' : 'reconciled';
    return { outcome, words, ...(revision === undefined ? {} : { revision }) };
  },
});
