// Steps of fail-over that start and stop the services of the recovery region, by Git.
import { commitSiteTask } from '../../contracts/workflows/fail-over.ts';
import { commitSite } from '../../core/recovery/commit-site.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { createGitHubGitOpsRepository } from '../adapters/github-gitops-repository.ts';
import { buildWebUrl } from '../adapters/github-web-url.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const { github, services, recovery } = readConfiguration();
const { owner, apiUrl, gitops } = github;
const webUrl = buildWebUrl(apiUrl, owner, gitops.repository);
const repository = createGitHubGitOpsRepository(connectGitHub(environment).client, { owner, ...gitops, webUrl });
const deployments = Object.entries(services).map(([name, { deployment = name }]) => deployment);

export const handler = defineTask({
  ...commitSiteTask,
  handle: async ({ plan, failOverId, action, actor }) =>
    await commitSite(
      { repository, clock: systemClock },
      {
        ...{ plan, failOverId, action, actor, deployments },
        runningReplicas: recovery.environments[plan.environment]?.replicas ?? 0,
      },
    ),
});
