// Deployments (https://docs.github.com/rest/deployments/deployments).
import type { DeploymentRecord } from '../records.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { listLatestStatuses } from './commit-status-routes.ts';
import { listDeploymentStatuses } from './deployment-status-routes.ts';
import { ensureEnvironment } from './environment-routes.ts';
import { GitHubError, notFound } from './github-error.ts';
import { answerPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const deploymentRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/deployments',
    access: 'deployments:write',
    documentation: 'deployments/deployments#create-a-deployment',
    handle: createDeployment,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/deployments',
    access: 'deployments:read',
    documentation: 'deployments/deployments#list-deployments',
    handle(call) {
      const wanted = (['sha', 'ref', 'task', 'environment'] as const).flatMap((name) => {
        const value = call.query.get(name);
        return value === null || value === 'none' ? [] : [{ name, value }];
      });
      const deployments = listDeployments(call).filter((deployment) =>
        wanted.every(({ name, value }) => deployment[name] === value),
      );
      return answerPage(call, deployments, (deployment) => presentDeployment(call.url, deployment));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/deployments/{id}',
    access: 'deployments:read',
    documentation: 'deployments/deployments#get-a-deployment',
    handle: (call) => ({ status: 200, body: presentDeployment(call.url, getDeployment(call)) }),
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/deployments/{id}',
    access: 'deployments:write',
    documentation: 'deployments/deployments#delete-a-deployment',
    handle: deleteDeployment,
  },
];

/** Deployments of the call's repository, newest first. */
export function listDeployments({ world, repository }: ApiCall): DeploymentRecord[] {
  return [...world.records.deployments.values()]
    .filter((deployment) => deployment.repository === repository.fullName)
    .sort((one, other) => other.id - one.id);
}

/** The deployment that the path names. Throws 404. */
export function getDeployment(call: ApiCall): DeploymentRecord {
  const deployment = call.world.records.deployments.get(getParameter(call, 'id'));
  if (deployment?.repository !== call.repository.fullName) throw notFound();
  return deployment;
}

async function createDeployment(call: ApiCall): Promise<ApiAnswer> {
  const { world, body, repository, url } = call;
  const ref = body.string('ref');
  const commit = await repository.git.findCommit(ref);
  if (!commit) throw new GitHubError(422, `No ref found for: ${ref}`);
  if (body.optionalBoolean('auto_merge') ?? true) await refuseStaleBranch(call, ref);
  refuseFailedContexts(call, ref, commit.sha);
  const environment = body.optionalString('environment') ?? 'production';
  const now = world.clock.now();
  const deployment: DeploymentRecord = {
    id: world.records.nextNumber('id'),
    repository: repository.fullName,
    sha: commit.sha,
    ref,
    task: body.optionalString('task') ?? 'deploy',
    payload: body.members.payload ?? {},
    environment,
    isTransient: body.optionalBoolean('transient_environment') ?? false,
    isProduction: body.optionalBoolean('production_environment') ?? environment === 'production',
    description: body.optionalString('description') ?? null,
    creator: getCaller(call),
    createdAt: now,
    updatedAt: now,
  };
  world.records.deployments.put(String(deployment.id), deployment);
  ensureEnvironment(call, environment);
  world.record({
    service: 'github',
    name: 'deployment-created',
    subject: `${repository.fullName} → ${environment}`,
    details: { id: deployment.id, sha: commit.sha, ref, description: deployment.description },
  });
  const presented = presentDeployment(url, deployment);
  const event = { action: 'created', deployment: presented, workflow: null, workflow_run: null };
  world.webhooks.emit('deployment', buildEvent(url, repository.record, deployment.creator, event), repository.record);
  return { status: 201, body: presented, headers: { location: presented.url } };
}

/**
 * GitHub merges the default branch into a branch that lacks some of it before deploying. Here that always counts as a
 * merge conflict, which GitHub answers with 409; `auto_merge: false` deploys the branch as it is.
 */
async function refuseStaleBranch({ repository }: ApiCall, ref: string): Promise<void> {
  const { git, record } = repository;
  const branch = await git.findRef(`refs/heads/${ref}`);
  const main = await git.findRef(`refs/heads/${record.defaultBranch}`);
  if (!branch || !main || (await git.isAncestor(main.sha, branch.sha))) return;
  throw new GitHubError(409, `Conflict merging ${record.defaultBranch} into ${ref}.`);
}

function refuseFailedContexts({ world, body, repository }: ApiCall, ref: string, sha: string): void {
  const statuses = listLatestStatuses(world, repository.fullName, sha);
  const required = body.optionalStrings('required_contexts') ?? statuses.map(({ context }) => context);
  const unmet = required
    .map((context) => ({ context, state: statuses.find((status) => status.context === context)?.state ?? 'pending' }))
    .filter(({ state }) => state !== 'success');
  if (unmet.length === 0) return;
  throw new GitHubError(409, `Conflict: Commit status checks failed for ${ref}.`, [
    { contexts: unmet, resource: 'Deployment', field: 'required_contexts', code: 'invalid' },
  ]);
}

function deleteDeployment(call: ApiCall): ApiAnswer {
  const deployment = getDeployment(call);
  const latest = listDeploymentStatuses(call, deployment.id)[0];
  const isOnlyOne = listDeployments(call).length === 1;
  if (!isOnlyOne && latest?.state !== 'inactive' && latest?.state !== 'error') {
    throw new GitHubError(
      422,
      'We cannot delete an active deployment unless it is the only deployment in a given environment.',
    );
  }
  call.world.records.deployments.delete(String(deployment.id));
  return { status: 204 };
}

/** A deployment as the API and the events show it. */
export function presentDeployment(url: string, deployment: DeploymentRecord) {
  const self = `${url}/repos/${deployment.repository}/deployments/${deployment.id}`;
  return {
    url: self,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: formatTime(deployment.createdAt),
    updated_at: formatTime(deployment.updatedAt),
    statuses_url: `${self}/statuses`,
    repository_url: `${url}/repos/${deployment.repository}`,
    creator: presentUser(url, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
    performed_via_github_app: null,
  };
}
