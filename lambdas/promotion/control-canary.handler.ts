// What `automation canary` asks for: promote now, pause and resume are commits; roll back now is what Flagger's webhook is told.
import { controlCanaryTask } from '../../contracts/workflows/control-canary.ts';
import { controlCanary } from '../../core/promotion/strategies/control-canary.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectGitOpsRepository } from '../adapters/connect-gitops-repository.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { putCanaryRollback, readCanaryFacts } from '../adapters/dynamo-canary-facts.ts';
import { createDynamoGateLedger } from '../adapters/dynamo-gate-ledger.ts';
import { createDynamoCanaryHalts } from '../adapters/dynamo-rollout-signals.ts';
import { createRolloutCluster } from '../adapters/kubernetes-rollout-cluster.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const clientOf = connectClusters();
const halts = createDynamoCanaryHalts(ledger, systemClock);
const ports = {
  repository: connectGitOpsRepository(configuration, connectGitHub(environment)),
  clock: systemClock,
  gates: createDynamoGateLedger(ledger),
  readCanary: async (name: string, service: string) =>
    await createRolloutCluster(configuration, clientOf, name).readCanary(service),
  readFacts: async (name: string, service: string, now: string) => await readCanaryFacts(ledger, name, service, now),
  findHalt: halts.find,
  putRollback: async (request: Parameters<typeof putCanaryRollback>[2]) =>
    await putCanaryRollback(ledger, systemClock, request),
};

export const handler = defineTask({
  ...controlCanaryTask,
  handle: async (asked) => await controlCanary(configuration, ports, asked),
});
