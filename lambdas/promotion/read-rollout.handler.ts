// Step ReadRollout of promote-release: asked again and again until the rollout has ended.
import { readRolloutTask } from '../../contracts/workflows/promote-release.ts';
import { AppError } from '../../core/app-error.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { decideRollout } from '../../core/promotion/decide-rollout.ts';
import { getStrategy } from '../../core/promotion/strategies/find-strategy.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoLeaseCheck } from '../adapters/dynamo-lease-store.ts';
import { createGitHubSourceRepository } from '../adapters/github-source-repository.ts';
import { readApplication, readWorkload, requestRefresh } from '../adapters/kubernetes-rollout-reader.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const source = createGitHubSourceRepository(connectGitHub(environment).client);
const clusterOf = connectClusters();
const leaseCheck = createDynamoLeaseCheck(connectLedger(environment.LEDGER_TABLE_NAME), systemClock);
const gitOpsRepository = `${configuration.github.owner}/${configuration.github.gitops.repository}`;

/** Reads Argo CD and the Deployments, and hurries Argo CD along while it does not have the commit. Who lost the lease watches no more. */
export const handler = defineTask({
  ...readRolloutTask,
  async handle({ promotion, services, leases, revision, committedAt, observedAt }) {
    if (!(await leaseCheck.holds(promotion.environment, promotion.executionArn, leases))) {
      throw new AppError(
        'LeaseLostError',
        `${promotion.environment} is being changed by another execution: this one has ended`,
      );
    }
    const target = getEnvironment(configuration, promotion.environment);
    const client = clusterOf(target.cluster);
    const application = await readApplication(client, target.argoNamespace, target.argoApplication);
    const hasOurRevision = await containsOurs(application.syncRevision, revision);
    if (!hasOurRevision) await requestRefresh(client, target.argoNamespace, target.argoApplication);
    const workloads = await Promise.all(
      services.map(async ({ name, image }) => {
        const { deployment = name, namespace } = getService(configuration, name);
        const where = namespace?.[promotion.environment] ?? target.namespace;
        return await readWorkload(client, where, { service: name, deployment, image });
      }),
    );
    return decideRollout(getStrategy(target.strategy), {
      application,
      workloads,
      digests: Object.fromEntries(services.map(({ name, digest = 'none' }) => [name, digest])),
      hasOurRevision,
      operationHasOurRevision: await containsOurs(application.operationRevision, revision),
      elapsedSeconds: (Date.parse(observedAt) - Date.parse(committedAt)) / 1000,
      timeoutSeconds: promotion.rolloutTimeoutSeconds,
    });
  },
});

/** Other promotions commit to the same branch: a later revision has ours in it. */
async function containsOurs(candidate: string | undefined, revision: string): Promise<boolean> {
  if (candidate === undefined || candidate === revision) return candidate === revision;
  return await source.contains(gitOpsRepository, candidate, revision);
}
