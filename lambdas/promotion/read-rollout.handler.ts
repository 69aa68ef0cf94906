// Step ReadRollout of promote-release and rollback-release: asked again whenever something was heard, until the phase has ended.
import { readRolloutTask } from '../../contracts/workflows/rollout.ts';
import { readHolds } from '../../core/gates/read-holds.ts';
import { observeRollout } from '../../core/promotion/observe-rollout.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoGateLedger } from '../adapters/dynamo-gate-ledger.ts';
import { createDynamoLeaseCheck } from '../adapters/dynamo-lease-store.ts';
import { createDynamoCanaryHalts, createDynamoRolloutSignals } from '../adapters/dynamo-rollout-signals.ts';
import { createGitHubSourceRepository } from '../adapters/github-source-repository.ts';
import { createRolloutCluster } from '../adapters/kubernetes-rollout-cluster.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const source = createGitHubSourceRepository(connectGitHub(environment).client);
const clientOf = connectClusters();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const gitOpsRepository = `${configuration.github.owner}/${configuration.github.gitops.repository}`;
const gates = createDynamoGateLedger(ledger);
const ports = {
  leases: createDynamoLeaseCheck(ledger, systemClock),
  signals: createDynamoRolloutSignals(ledger, systemClock),
  halts: createDynamoCanaryHalts(ledger, systemClock),
  readHolds: async (asked: Parameters<typeof readHolds>[2]) => await readHolds(configuration, gates, asked),
  contains: async (candidate: string, revision: string) => await source.contains(gitOpsRepository, candidate, revision),
  clusterOf: (name: string) => createRolloutCluster(configuration, clientOf, name),
};

export const handler = defineTask({
  ...readRolloutTask,
  handle: async (asked) => await observeRollout(configuration, ports, asked),
});
