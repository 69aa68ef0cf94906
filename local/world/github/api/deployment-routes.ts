// Deployments, their statuses and environments (https://docs.github.com/rest/deployments).
import type { DeploymentRecord, DeploymentStatusRecord, EnvironmentRecord } from '../records.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { listLatestStatuses } from './commit-status-routes.ts';
import { GitHubError, notFound } from './github-error.ts';
import { answerCountedPage, answerPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'] as const;

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
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/deployments/{id}/statuses',
    access: 'deployments:write',
    documentation: 'deployments/statuses#create-a-deployment-status',
    handle: createDeploymentStatus,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/deployments/{id}/statuses',
    access: 'deployments:read',
    documentation: 'deployments/statuses#list-deployment-statuses',
    handle(call) {
      const statuses = listDeploymentStatuses(call, getDeployment(call).id);
      return answerPage(call, statuses, (status) => presentDeploymentStatus(call.url, status));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/environments',
    access: 'actions:read',
    documentation: 'deployments/environments#list-environments',
    handle(call) {
      const environments = [...call.world.records.environments.values()].filter(
        ({ repository }) => repository === call.repository.fullName,
      );
      return answerCountedPage(call, 'environments', environments, (one) => presentEnvironment(call.url, one));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/environments/{name...}',
    access: 'actions:read',
    documentation: 'deployments/environments#get-an-environment',
    handle(call) {
      const environment = call.world.records.environments.get(keyOf(call, getParameter(call, 'name')));
      if (!environment) throw notFound();
      return { status: 200, body: presentEnvironment(call.url, environment) };
    },
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/environments/{name...}',
    access: 'environments:write',
    documentation: 'deployments/environments#create-or-update-an-environment',
    handle: (call) => ({
      status: 200,
      body: presentEnvironment(call.url, ensureEnvironment(call, getParameter(call, 'name'))),
    }),
  },
];

function listDeployments({ world, repository }: ApiCall): DeploymentRecord[] {
  return [...world.records.deployments.values()]
    .filter((deployment) => deployment.repository === repository.fullName)
    .sort((one, other) => other.id - one.id);
}

function listDeploymentStatuses({ world }: ApiCall, deploymentId: number): DeploymentStatusRecord[] {
  return [...world.records.deploymentStatuses.values()]
    .filter((status) => status.deploymentId === deploymentId)
    .sort((one, other) => other.id - one.id);
}

function getDeployment(call: ApiCall): DeploymentRecord {
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

function createDeploymentStatus(call: ApiCall): ApiAnswer {
  const { world, body, repository, url } = call;
  const deployment = getDeployment(call);
  const state = body.oneOf('state', states);
  const status = addStatus(call, deployment, state, {
    description: body.optionalString('description') ?? '',
    environment: body.optionalString('environment') ?? deployment.environment,
    environmentUrl: body.optionalString('environment_url') ?? '',
    logUrl: body.optionalString('log_url') ?? body.optionalString('target_url') ?? '',
  });
  if (state === 'success' && (body.optionalBoolean('auto_inactive') ?? true)) deactivateEarlier(call, deployment);
  world.record({
    service: 'github',
    name: 'deployment-status-created',
    subject: `${repository.fullName} → ${status.environment}`,
    details: { deployment: deployment.id, state, description: status.description, logUrl: status.logUrl },
  });
  const presented = presentDeploymentStatus(url, status);
  return { status: 201, body: presented, headers: { location: presented.url } };
}

function addStatus(
  call: ApiCall,
  deployment: DeploymentRecord,
  state: string,
  told: Pick<DeploymentStatusRecord, 'description' | 'environment' | 'environmentUrl' | 'logUrl'>,
): DeploymentStatusRecord {
  const { world, repository, url } = call;
  const status: DeploymentStatusRecord = {
    id: world.records.nextNumber('id'),
    repository: repository.fullName,
    deploymentId: deployment.id,
    state,
    ...told,
    creator: getCaller(call),
    createdAt: world.clock.now(),
  };
  world.records.deploymentStatuses.put(String(status.id), status);
  const updated = { ...deployment, environment: status.environment, updatedAt: status.createdAt };
  world.records.deployments.put(String(deployment.id), updated);
  const event = buildEvent(url, repository.record, status.creator, {
    action: 'created',
    deployment_status: presentDeploymentStatus(url, status),
    deployment: presentDeployment(url, updated),
    check_run: null,
    workflow: null,
    workflow_run: null,
  });
  world.webhooks.emit('deployment_status', event, repository.record);
  return status;
}

/** A success makes the earlier successes in the same environment inactive, except in production and transient ones. */
function deactivateEarlier(call: ApiCall, deployment: DeploymentRecord): void {
  for (const earlier of listDeployments(call)) {
    if (earlier.id >= deployment.id || earlier.environment !== deployment.environment) continue;
    if (earlier.isTransient || earlier.isProduction) continue;
    if (listDeploymentStatuses(call, earlier.id)[0]?.state !== 'success') continue;
    const { environment } = earlier;
    addStatus(call, earlier, 'inactive', { description: '', environment, environmentUrl: '', logUrl: '' });
  }
}

function presentDeployment(url: string, deployment: DeploymentRecord) {
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

function presentDeploymentStatus(url: string, status: DeploymentStatusRecord) {
  const deployment = `${url}/repos/${status.repository}/deployments/${status.deploymentId}`;
  return {
    url: `${deployment}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: presentUser(url, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: formatTime(status.createdAt),
    updated_at: formatTime(status.createdAt),
    deployment_url: deployment,
    repository_url: `${url}/repos/${status.repository}`,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: null,
  };
}

function keyOf({ repository }: ApiCall, name: string): string {
  return `${repository.fullName}/${name}`;
}

function ensureEnvironment(call: ApiCall, name: string): EnvironmentRecord {
  const { records, clock } = call.world;
  const key = keyOf(call, name);
  const known = records.environments.get(key);
  const now = clock.now();
  const environment = known
    ? { ...known, updatedAt: now }
    : { id: records.nextNumber('id'), repository: call.repository.fullName, name, createdAt: now, updatedAt: now };
  records.environments.put(key, environment);
  return environment;
}

function presentEnvironment(url: string, environment: EnvironmentRecord) {
  const name = encodeURIComponent(environment.name);
  return {
    id: environment.id,
    node_id: nodeId('Environment', environment.id),
    name: environment.name,
    url: `${url}/repos/${environment.repository}/environments/${name}`,
    html_url: `${url}/${environment.repository}/deployments/activity_log?environments_filter=${name}`,
    created_at: formatTime(environment.createdAt),
    updated_at: formatTime(environment.updatedAt),
    protection_rules: [],
    deployment_branch_policy: null,
  };
}
