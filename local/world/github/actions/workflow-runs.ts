// Workflow runs of GitHub Actions: what the API shows of them, and the events as they move on. Nothing is executed.

import type { Commit } from '../git/commit.ts';
import type { GitHubWorld } from '../github-world.ts';
import type { DeliveryRecord, WorkflowRunRecord } from '../records.ts';
import type { Repository } from '../repositories.ts';
import { presentMinimalRepository } from '../shapes/present-repository.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId, stableId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';

export type Conclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'timed_out'
  | 'skipped'
  | 'neutral'
  | 'action_required'
  | 'stale';

export interface WorkflowRunChange {
  readonly sha: string;
  readonly workflow: string;
  readonly branch: string;
  readonly event: string;
  readonly actor: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: Conclusion | null;
}

const actions = { queued: 'requested', in_progress: 'in_progress', completed: 'completed' } as const;

/** The id by which a workflow of that name is known in a repository. */
export function workflowId(repository: string, name: string): number {
  return stableId(`workflow ${repository} ${name}`);
}

/**
 * Moves the run of a workflow for a commit on, beginning one when there is none (a new attempt of it when the last one is
 * over), and sends its `workflow_run` event.
 */
export function moveWorkflowRun(
  world: GitHubWorld,
  repository: Repository,
  commit: Commit,
  change: WorkflowRunChange,
): { readonly run: WorkflowRunRecord; readonly delivered: Promise<readonly DeliveryRecord[]> } {
  const { records, clock } = world;
  const { fullName } = repository;
  const now = clock.now();
  const known = [...records.workflowRuns.values()].find(
    (run) => run.repository === fullName && run.sha === change.sha && run.name === change.workflow,
  );
  const isNewAttempt = known?.status === 'completed';
  const run: WorkflowRunRecord = {
    ...(known ?? {
      id: records.nextNumber('id'),
      repository: fullName,
      workflowId: workflowId(fullName, change.workflow),
      name: change.workflow,
      sha: change.sha,
      runNumber: records.nextNumber(`run ${fullName} ${change.workflow}`),
      createdAt: now,
    }),
    branch: change.branch,
    event: change.event,
    actor: change.actor,
    status: change.status,
    conclusion: change.conclusion,
    runAttempt: (known?.runAttempt ?? 0) + (known === undefined || isNewAttempt ? 1 : 0),
    startedAt: known && !isNewAttempt ? known.startedAt : now,
    updatedAt: now,
  };
  records.workflowRuns.put(String(run.id), run);
  keepCheckRun(world, run);
  world.record({
    service: 'github',
    name: `workflow-run-${actions[change.status].replaceAll('_', '-')}`,
    subject: `${fullName}@${change.sha.slice(0, 7)}`,
    details: { workflow: run.name, conclusion: run.conclusion, branch: run.branch, id: run.id },
  });
  const event = buildEvent(world.url(), repository.record, run.actor, {
    action: actions[change.status],
    workflow_run: presentWorkflowRun(world, repository, run, commit),
    workflow: presentWorkflow(world.url(), run),
  });
  return { run, delivered: world.webhooks.emit('workflow_run', event, repository.record) };
}

/** Every run shows as a check of its commit, by the app of GitHub Actions. */
function keepCheckRun({ records, url }: GitHubWorld, run: WorkflowRunRecord): void {
  const key = `workflow-run-${run.id}`;
  records.checkRuns.put(key, {
    id: run.id,
    repository: run.repository,
    sha: run.sha,
    name: run.name,
    app: 'github-actions',
    status: run.status,
    conclusion: run.conclusion,
    detailsUrl: `${url()}/${run.repository}/actions/runs/${run.id}`,
    externalId: key,
    output: {},
    startedAt: run.startedAt,
    completedAt: run.status === 'completed' ? run.updatedAt : null,
  });
}

function workflowPath({ name }: Pick<WorkflowRunRecord, 'name'>): string {
  return `.github/workflows/${name}.yml`;
}

/** A workflow as the API and the events show it. */
export function presentWorkflow(url: string, run: WorkflowRunRecord) {
  const path = workflowPath(run);
  return {
    id: run.workflowId,
    node_id: nodeId('Workflow', run.workflowId),
    name: run.name,
    path,
    state: 'active',
    created_at: formatTime(run.createdAt),
    updated_at: formatTime(run.createdAt),
    url: `${url}/repos/${run.repository}/actions/workflows/${run.workflowId}`,
    html_url: `${url}/${run.repository}/blob/${run.branch}/${path}`,
    badge_url: `${url}/${run.repository}/workflows/${encodeURIComponent(run.name)}/badge.svg`,
  };
}

/** A run as the API and the events show it. */
export function presentWorkflowRun(world: GitHubWorld, repository: Repository, run: WorkflowRunRecord, commit: Commit) {
  const url = world.url();
  const self = `${url}/repos/${run.repository}/actions/runs/${run.id}`;
  const suite = stableId(`check suite ${run.repository} ${run.sha} github-actions`);
  const minimal = presentMinimalRepository(url, repository.record);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    head_branch: run.branch,
    head_sha: run.sha,
    path: workflowPath(run),
    display_title: commit.message.split('\n')[0],
    run_number: run.runNumber,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    check_suite_id: suite,
    check_suite_node_id: nodeId('CheckSuite', suite),
    url: self,
    html_url: `${url}/${run.repository}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: formatTime(run.createdAt),
    updated_at: formatTime(run.updatedAt),
    actor: presentUser(url, run.actor),
    run_attempt: run.runAttempt,
    referenced_workflows: [],
    run_started_at: formatTime(run.startedAt),
    triggering_actor: presentUser(url, run.actor),
    jobs_url: `${self}/jobs`,
    logs_url: `${self}/logs`,
    check_suite_url: `${url}/repos/${run.repository}/check-suites/${suite}`,
    artifacts_url: `${self}/artifacts`,
    cancel_url: `${self}/cancel`,
    rerun_url: `${self}/rerun`,
    previous_attempt_url: run.runAttempt > 1 ? `${self}/attempts/${run.runAttempt - 1}` : null,
    workflow_url: `${url}/repos/${run.repository}/actions/workflows/${run.workflowId}`,
    head_commit: {
      id: commit.sha,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: formatTime(commit.committer.at),
      author: { name: commit.author.name, email: commit.author.email },
      committer: { name: commit.committer.name, email: commit.committer.email },
    },
    repository: minimal,
    head_repository: minimal,
  };
}
