// Environments of a repository (https://docs.github.com/rest/deployments/environments).
import type { EnvironmentRecord } from '../records.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { notFound } from './github-error.ts';
import { answerCountedPage } from './paginate.ts';
import { type ApiCall, getParameter, type Route } from './route.ts';

export const environmentRoutes: readonly Route[] = [
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

function keyOf({ repository }: ApiCall, name: string): string {
  return `${repository.fullName}/${name}`;
}

/** The environment of that name; it exists from now on. */
export function ensureEnvironment(call: ApiCall, name: string): EnvironmentRecord {
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
