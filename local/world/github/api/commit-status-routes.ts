// Commit statuses, one by one and combined (https://docs.github.com/rest/commits/statuses).
import type { GitHubWorld } from '../github-world.ts';
import type { CommitStatusRecord } from '../records.ts';
import { presentCommit } from '../shapes/present-commit.ts';
import { presentMinimalRepository } from '../shapes/present-repository.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { getCommit, getCommitById } from './commit-routes.ts';
import { GitHubError, validationFailed } from './github-error.ts';
import { answerPage, buildLinkHeader, parsePage, slicePage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

const MAXIMUM_PER_COMMIT_AND_CONTEXT = 1_000;
const MAXIMUM_DESCRIPTION_CHARACTERS = 140;

export const commitStatusRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/statuses/{sha}',
    access: 'statuses:write',
    documentation: 'commits/statuses#create-a-commit-status',
    handle: createStatus,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref...}/statuses',
    access: 'statuses:read',
    documentation: 'commits/statuses#list-commit-statuses-for-a-reference',
    async handle(call) {
      const commit = await getCommit(call, getParameter(call, 'ref'));
      const statuses = listStatuses(call.world, call.repository.fullName, commit.sha);
      return answerPage(call, statuses, (status) => presentStatus(call.url, status));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref...}/status',
    access: 'statuses:read',
    documentation: 'commits/statuses#get-the-combined-status-for-a-specific-reference',
    handle: answerCombinedStatus,
  },
];

/** Statuses of a commit, newest first. */
export function listStatuses(world: GitHubWorld, repository: string, sha: string): CommitStatusRecord[] {
  return [...world.records.commitStatuses.values()]
    .filter((status) => status.repository === repository && status.sha === sha)
    .sort((one, other) => other.id - one.id);
}

/** The newest status of each context. */
export function listLatestStatuses(world: GitHubWorld, repository: string, sha: string): CommitStatusRecord[] {
  const latest = new Map<string, CommitStatusRecord>();
  for (const status of listStatuses(world, repository, sha)) {
    if (!latest.has(status.context)) latest.set(status.context, status);
  }
  return [...latest.values()];
}

function presentStatus(url: string, status: CommitStatusRecord) {
  const creator = presentUser(url, status.creator);
  return {
    url: `${url}/repos/${status.repository}/statuses/${status.sha}`,
    avatar_url: creator.avatar_url,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: formatTime(status.createdAt),
    updated_at: formatTime(status.createdAt),
    creator,
  };
}

async function createStatus(call: ApiCall): Promise<ApiAnswer> {
  const { world, body, repository, url } = call;
  const state = body.oneOf('state', ['error', 'failure', 'pending', 'success']);
  const commit = await getCommitById(call, getParameter(call, 'sha'));
  const context = body.optionalString('context') ?? 'default';
  const description = body.optionalString('description') ?? null;
  const targetUrl = body.optionalString('target_url') ?? null;
  if (description !== null && description.length > MAXIMUM_DESCRIPTION_CHARACTERS) {
    const message = `description is too long (maximum is ${MAXIMUM_DESCRIPTION_CHARACTERS} characters)`;
    throw validationFailed({ resource: 'Status', code: 'custom', field: 'description', message });
  }
  if (targetUrl !== null && !/^https?:\/\//.test(targetUrl)) {
    const message = 'target_url must use http(s) scheme';
    throw validationFailed({ resource: 'Status', code: 'custom', field: 'target_url', message });
  }
  const earlier = listStatuses(world, repository.fullName, commit.sha).filter((status) => status.context === context);
  if (earlier.length >= MAXIMUM_PER_COMMIT_AND_CONTEXT) {
    throw new GitHubError(422, 'This SHA and context has reached the maximum number of statuses.');
  }
  const status: CommitStatusRecord = {
    id: world.records.nextNumber('id'),
    repository: repository.fullName,
    sha: commit.sha,
    state,
    context,
    description,
    targetUrl,
    creator: getCaller(call),
    createdAt: world.clock.now(),
  };
  world.records.commitStatuses.put(String(status.id), status);
  world.record({
    service: 'github',
    name: 'commit-status-created',
    subject: `${repository.fullName}@${commit.sha.slice(0, 7)}`,
    details: { state, context, description, targetUrl },
  });
  const event = buildEvent(url, repository.record, status.creator, {
    id: status.id,
    sha: commit.sha,
    name: repository.fullName,
    target_url: targetUrl,
    context,
    description,
    state,
    commit: presentCommit(url, repository.fullName, commit),
    branches: [],
    created_at: formatTime(status.createdAt),
    updated_at: formatTime(status.createdAt),
  });
  world.webhooks.emit('status', event, repository.record);
  const presented = presentStatus(url, status);
  return { status: 201, body: presented, headers: { location: presented.url } };
}

async function answerCombinedStatus(call: ApiCall): Promise<ApiAnswer> {
  const { url, repository } = call;
  const { sha } = await getCommit(call, getParameter(call, 'ref'));
  const statuses = listLatestStatuses(call.world, repository.fullName, sha);
  const page = parsePage(call.query);
  const commitUrl = `${url}/repos/${repository.fullName}/commits/${sha}`;
  return {
    status: 200,
    body: {
      state: combineStates(statuses.map(({ state }) => state)),
      statuses: slicePage(statuses, page).map((status) => presentStatus(url, status)),
      sha,
      total_count: statuses.length,
      repository: presentMinimalRepository(url, repository.record),
      commit_url: commitUrl,
      url: `${commitUrl}/status`,
    },
    headers: buildLinkHeader(call, page, statuses.length),
  };
}

/** Failure if any context failed; pending if none reported or any is pending; success otherwise. */
export function combineStates(states: readonly string[]): 'failure' | 'pending' | 'success' {
  if (states.some((state) => state === 'error' || state === 'failure')) return 'failure';
  return states.length === 0 || states.includes('pending') ? 'pending' : 'success';
}
