// Statuses of deployments (https://docs.github.com/rest/deployments/statuses).
import type { DeploymentRecord, DeploymentStatusRecord } from '../records.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { getDeployment, listDeployments, presentDeployment } from './deployment-routes.ts';
import { answerPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, type Route } from './route.ts';

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'] as const;

export const deploymentStatusRoutes: readonly Route[] = [
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
];

/** Statuses of a deployment, newest first. */
export function listDeploymentStatuses({ world }: ApiCall, deploymentId: number): DeploymentStatusRecord[] {
  return [...world.records.deploymentStatuses.values()]
    .filter((status) => status.deploymentId === deploymentId)
    .sort((one, other) => other.id - one.id);
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
