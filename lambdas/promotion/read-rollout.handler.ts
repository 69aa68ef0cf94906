// Step ReadRollout of promote-release and rollback-release: asked again whenever something was heard, until the phase has ended.
import { type RolloutTarget, readRolloutTask } from '../../contracts/workflows/rollout.ts';
import { AppError } from '../../core/app-error.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { decideRollout } from '../../core/promotion/decide-rollout.ts';
import { getStrategy } from '../../core/promotion/strategies/find-strategy.ts';
import type { WorkloadObservation } from '../../core/promotion/strategies/strategy.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoLeaseCheck } from '../adapters/dynamo-lease-store.ts';
import { createDynamoCanaryHalts, createDynamoRolloutSignals } from '../adapters/dynamo-rollout-signals.ts';
import { createGitHubSourceRepository } from '../adapters/github-source-repository.ts';
import { readApplication, readCanary, readWorkload, requestRefresh } from '../adapters/kubernetes-rollout-reader.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const source = createGitHubSourceRepository(connectGitHub(environment).client);
const clusterOf = connectClusters();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const leaseCheck = createDynamoLeaseCheck(ledger, systemClock);
const signals = createDynamoRolloutSignals(ledger, systemClock);
const halts = createDynamoCanaryHalts(ledger, systemClock);
const gitOpsRepository = `${configuration.github.owner}/${configuration.github.gitops.repository}`;

/** Reads Argo CD, the Deployments and Flagger, and hurries Argo CD along while it does not have the commit. Who lost the lease watches no more. */
export const handler = defineTask({
  ...readRolloutTask,
  async handle({ promotion, services, leases, targets, revision, committedAt, observedAt }) {
    if (!(await leaseCheck.holds(promotion.environment, promotion.executionArn, leases))) {
      throw new AppError(
        'LeaseLostError',
        `${promotion.environment} is being changed by another execution: this one has ended`,
      );
    }
    // Before anything is read: what is heard from now on is news to whoever waits.
    const signal = await signals.findSignal(promotion.environment);
    const target = getEnvironment(configuration, promotion.environment);
    const client = clusterOf(target.cluster);
    const application = await readApplication(client, target.argoNamespace, target.argoApplication);
    const hasOurRevision = await containsOurs(application.syncRevision, revision);
    if (!hasOurRevision) await requestRefresh(client, target.argoNamespace, target.argoApplication);
    const images = new Map(services.map(({ name, image }) => [name, image]));
    const observed = hasOurRevision ? targets : [];
    const { hadNoData, ...decision } = decideRollout(getStrategy(target), {
      application,
      workloads: await Promise.all(observed.map(async (item) => await observe(item, images.get(item.service) ?? ''))),
      digests: Object.fromEntries(services.map(({ name, digest = 'none' }) => [name, digest])),
      hasOurRevision,
      operationHasOurRevision: await containsOurs(application.operationRevision, revision),
      change: { change: promotion.change ?? 'promotion', committedAt },
      elapsedSeconds: (Date.parse(observedAt) - Date.parse(committedAt)) / 1000,
      timeoutSeconds: promotion.rolloutTimeoutSeconds,
    });
    const error = hadNoData === true ? ('CanaryHadNoData' as const) : ('RolloutFailed' as const);
    return { ...decision, error, signal };

    async function observe({ service, deployment }: RolloutTarget, image: string): Promise<WorkloadObservation> {
      const { deployment: base = service, namespace } = getService(configuration, service);
      const where = namespace?.[promotion.environment] ?? target.namespace;
      const workload = await readWorkload(client, where, { service, deployment, image });
      if (target.strategy !== 'canary') return workload;
      const haltedBecause = await halts.find(promotion.environment, service, committedAt);
      return { ...workload, canary: { ...(await readCanary(client, where, base)), haltedBecause } };
    }
  },
});

/** Other promotions commit to the same branch: a later revision has ours in it. */
async function containsOurs(candidate: string | undefined, revision: string): Promise<boolean> {
  if (candidate === undefined || candidate === revision) return candidate === revision;
  return await source.contains(gitOpsRepository, candidate, revision);
}
