// GitHub Actions and dispatches (https://docs.github.com/rest/actions/workflow-runs).
import { presentWorkflow, presentWorkflowRun } from '../actions/workflow-runs.ts';
import type { WorkflowRunRecord } from '../records.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { getCommit } from './commit-routes.ts';
import { GitHubError, notFound } from './github-error.ts';
import { buildLinkHeader, parsePage, slicePage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

const MAXIMUM_EVENT_TYPE_CHARACTERS = 100;
const MAXIMUM_PAYLOAD_PROPERTIES = 10;

export const actionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/runs',
    access: 'actions:read',
    documentation: 'actions/workflow-runs#list-workflow-runs-for-a-repository',
    handle: (call) => answerRuns(call, () => true),
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/runs/{id}',
    access: 'actions:read',
    documentation: 'actions/workflow-runs#get-a-workflow-run',
    async handle(call) {
      const run = call.world.records.workflowRuns.get(getParameter(call, 'id'));
      if (run?.repository !== call.repository.fullName) throw notFound();
      return { status: 200, body: await presentRun(call, run) };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/workflows',
    access: 'actions:read',
    documentation: 'actions/workflows#list-repository-workflows',
    handle(call) {
      const byName = new Map(listRuns(call).map((run) => [run.name, presentWorkflow(call.url, run)]));
      return { status: 200, body: { total_count: byName.size, workflows: [...byName.values()] } };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/workflows/{workflow}/runs',
    access: 'actions:read',
    documentation: 'actions/workflow-runs#list-workflow-runs-for-a-workflow',
    handle(call) {
      const workflow = getParameter(call, 'workflow');
      return answerRuns(call, (run) => [String(run.workflowId), `${run.name}.yml`].includes(workflow));
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/actions/workflows/{workflow}/dispatches',
    access: 'actions:write',
    documentation: 'actions/workflows#create-a-workflow-dispatch-event',
    async handle(call) {
      const { body, repository, world, url } = call;
      const ref = body.string('ref');
      if (!(await repository.git.findCommit(ref))) throw new GitHubError(422, `No ref found for: ${ref}`);
      const inputs = body.optionalObject('inputs')?.members ?? {};
      const subject = { inputs, ref, workflow: `.github/workflows/${getParameter(call, 'workflow')}` };
      const event = buildEvent(url, repository.record, getCaller(call), subject);
      world.webhooks.emit('workflow_dispatch', event, repository.record);
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/actions/runs/{id}/deployment_protection_rule',
    access: 'deployments:write',
    documentation: 'actions/workflow-runs#review-custom-deployment-protection-rules-for-a-workflow-run',
    handle({ body, repository, parameters, world }) {
      const run = world.records.workflowRuns.get(parameters.id ?? '');
      if (run?.repository !== repository.fullName) throw notFound();
      world.record({
        service: 'github',
        name: 'deployment-protection-answered',
        subject: `${repository.fullName} → ${body.string('environment_name')}`,
        details: { run: run.id, state: body.oneOf('state', ['approved', 'rejected']), comment: body.string('comment') },
      });
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/dispatches',
    access: 'contents:write',
    documentation: 'repos/repos#create-a-repository-dispatch-event',
    handle: dispatchRepository,
  },
];

function dispatchRepository(call: ApiCall): ApiAnswer {
  const { body, repository, world, url } = call;
  const action = body.string('event_type');
  if (action === '' || action.length > MAXIMUM_EVENT_TYPE_CHARACTERS) {
    throw new GitHubError(
      422,
      `Invalid request.\n\nevent_type must have 1 to ${MAXIMUM_EVENT_TYPE_CHARACTERS} characters.`,
    );
  }
  const payload = body.optionalObject('client_payload')?.members ?? {};
  if (Object.keys(payload).length > MAXIMUM_PAYLOAD_PROPERTIES) {
    throw new GitHubError(
      422,
      `No more than ${MAXIMUM_PAYLOAD_PROPERTIES} properties are allowed; ${Object.keys(payload).length} were supplied.`,
    );
  }
  const subject = { action, branch: repository.record.defaultBranch, client_payload: payload };
  world.webhooks.emit(
    'repository_dispatch',
    buildEvent(url, repository.record, getCaller(call), subject),
    repository.record,
  );
  return { status: 204 };
}

function listRuns({ world, repository }: ApiCall): WorkflowRunRecord[] {
  return [...world.records.workflowRuns.values()]
    .filter((run) => run.repository === repository.fullName)
    .sort((one, other) => other.id - one.id);
}

async function answerRuns(call: ApiCall, matches: (run: WorkflowRunRecord) => boolean): Promise<ApiAnswer> {
  const { query } = call;
  const wanted = [
    { value: query.get('head_sha'), of: (run: WorkflowRunRecord) => [run.sha] },
    { value: query.get('branch'), of: (run: WorkflowRunRecord) => [run.branch] },
    { value: query.get('event'), of: (run: WorkflowRunRecord) => [run.event] },
    { value: query.get('actor'), of: (run: WorkflowRunRecord) => [run.actor] },
    // One parameter for both, as the API has it.
    { value: query.get('status'), of: (run: WorkflowRunRecord) => [run.status, run.conclusion] },
  ].filter(({ value }) => value !== null);
  const runs = listRuns(call)
    .filter(matches)
    .filter((run) => wanted.every(({ value, of }) => of(run).includes(value)));
  const page = parsePage(query);
  return {
    status: 200,
    body: {
      total_count: runs.length,
      workflow_runs: await Promise.all(slicePage(runs, page).map((run) => presentRun(call, run))),
    },
    headers: buildLinkHeader(call, page, runs.length),
  };
}

async function presentRun(call: ApiCall, run: WorkflowRunRecord) {
  return presentWorkflowRun(call.world, call.repository, run, await getCommit(call, run.sha));
}
