// Check runs of commits (https://docs.github.com/rest/checks/runs).
import type { CheckRunRecord } from '../records.ts';
import { formatTime, nodeId, stableId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { getCommit } from './commit-routes.ts';
import { notFound } from './github-error.ts';
import { answerCountedPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

const statuses = ['queued', 'in_progress', 'completed'] as const;
const conclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
] as const;

export const checkRunRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref...}/check-runs',
    access: 'checks:read',
    documentation: 'checks/runs#list-check-runs-for-a-git-reference',
    handle: listCheckRuns,
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/check-runs',
    access: 'checks:write',
    documentation: 'checks/runs#create-a-check-run',
    async handle(call) {
      const name = call.body.string('name');
      const { sha } = await getCommit(call, call.body.string('head_sha'));
      const now = call.world.clock.now();
      const run = applyChanges(call, {
        id: call.world.records.nextNumber('id'),
        repository: call.repository.fullName,
        sha,
        name,
        app: getCaller(call).replace(/\[bot\]$/, ''),
        status: 'queued',
        conclusion: null,
        detailsUrl: null,
        externalId: '',
        output: {},
        startedAt: now,
        completedAt: null,
      });
      return { status: 201, body: save(call, run, 'created') };
    },
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/check-runs/{id}',
    access: 'checks:write',
    documentation: 'checks/runs#update-a-check-run',
    handle(call) {
      const run = applyChanges(call, getCheckRun(call));
      return { status: 200, body: save(call, run, run.status === 'completed' ? 'completed' : 'created') };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/check-runs/{id}',
    access: 'checks:read',
    documentation: 'checks/runs#get-a-check-run',
    handle: (call) => ({ status: 200, body: presentCheckRun(call.url, getCheckRun(call)) }),
  },
];

function getCheckRun(call: ApiCall): CheckRunRecord {
  const run = call.world.records.checkRuns.get(getParameter(call, 'id'));
  if (run?.repository !== call.repository.fullName) throw notFound();
  return run;
}

async function listCheckRuns(call: ApiCall): Promise<ApiAnswer> {
  const { sha } = await getCommit(call, getParameter(call, 'ref'));
  const wanted = { name: call.query.get('check_name'), status: call.query.get('status') };
  const runs = [...call.world.records.checkRuns.values()]
    .filter((run) => run.repository === call.repository.fullName && run.sha === sha)
    .filter((run) => (wanted.name ?? run.name) === run.name && (wanted.status ?? run.status) === run.status)
    .sort((one, other) => other.id - one.id);
  // By default only the latest run of each check is told.
  const isLatest = (run: CheckRunRecord) => runs.find(({ name, app }) => name === run.name && app === run.app) === run;
  const selected = call.query.get('filter') === 'all' ? runs : runs.filter(isLatest);
  return answerCountedPage(call, 'check_runs', selected, (run) => presentCheckRun(call.url, run));
}

function applyChanges({ body, world }: ApiCall, run: CheckRunRecord): CheckRunRecord {
  const conclusion = body.has('conclusion') ? body.oneOf('conclusion', conclusions) : run.conclusion;
  const status = body.has('status') ? body.oneOf('status', statuses) : run.status;
  const isCompleted = body.has('conclusion') || status === 'completed';
  return {
    ...run,
    name: body.optionalString('name') ?? run.name,
    status: isCompleted ? 'completed' : status,
    conclusion,
    detailsUrl: body.optionalString('details_url') ?? run.detailsUrl,
    externalId: body.optionalString('external_id') ?? run.externalId,
    output: body.optionalObject('output')?.members ?? run.output,
    completedAt: isCompleted ? (run.completedAt ?? world.clock.now()) : null,
  };
}

function save(call: ApiCall, run: CheckRunRecord, action: string) {
  const { world, repository, url } = call;
  world.records.checkRuns.put(String(run.id), run);
  const presented = presentCheckRun(url, run);
  const event = buildEvent(url, repository.record, getCaller(call), { action, check_run: presented });
  world.webhooks.emit('check_run', event, repository.record);
  return presented;
}

function presentCheckRun(url: string, run: CheckRunRecord) {
  const self = `${url}/repos/${run.repository}/check-runs/${run.id}`;
  const html = `${url}/${run.repository}/runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.sha,
    external_id: run.externalId,
    url: self,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: formatTime(run.startedAt),
    completed_at: run.completedAt === null ? null : formatTime(run.completedAt),
    output: {
      title: null,
      summary: null,
      text: null,
      annotations_count: 0,
      annotations_url: `${self}/annotations`,
      ...run.output,
    },
    check_suite: { id: stableId(`check suite ${run.repository} ${run.sha} ${run.app}`) },
    app: { id: stableId(`app ${run.app}`), slug: run.app, name: run.app },
    pull_requests: [],
  };
}
