// Issues (https://docs.github.com/rest/issues/issues).
import type { IssueRecord } from '../records.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId, stableId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { notFound, validationFailed } from './github-error.ts';
import { listComments } from './issue-comment-routes.ts';
import { answerPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const issueRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues',
    access: 'issues:read',
    documentation: 'issues/issues#list-repository-issues',
    handle: listIssues,
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues',
    access: 'issues:write',
    documentation: 'issues/issues#create-an-issue',
    handle: createIssue,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{number}',
    access: 'issues:read',
    documentation: 'issues/issues#get-an-issue',
    handle: (call) => ({ status: 200, body: presentIssue(call, getIssue(call)) }),
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/{number}',
    access: 'issues:write',
    documentation: 'issues/issues#update-an-issue',
    handle: updateIssue,
  },
];

/** The name by which an issue is known everywhere: `owner/name#number`. */
export function issueKey(repository: string, number: number | string): string {
  return `${repository}#${number}`;
}

/** The issue that the path names. Throws 404. */
export function getIssue(call: ApiCall): IssueRecord {
  const issue = call.world.records.issues.get(issueKey(call.repository.fullName, getParameter(call, 'number')));
  if (!issue) throw notFound();
  return issue;
}

function listIssues(call: ApiCall): ApiAnswer {
  const { query, world, repository } = call;
  const state = query.get('state') ?? 'open';
  const labels = query.get('labels')?.split(',') ?? [];
  const creator = query.get('creator');
  const issues = [...world.records.issues.values()]
    .filter((issue) => issue.repository === repository.fullName)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => labels.every((label) => issue.labels.includes(label)))
    .filter((issue) => creator === null || issue.creator === creator)
    .sort((one, other) => other.number - one.number);
  return answerPage(call, issues, (issue) => presentIssue(call, issue));
}

function createIssue(call: ApiCall): ApiAnswer {
  const { world, body, repository } = call;
  const now = world.clock.now();
  const issue: IssueRecord = {
    id: world.records.nextNumber('id'),
    repository: repository.fullName,
    number: world.records.nextNumber(`issue ${repository.fullName}`),
    title: readTitle(body.string('title')),
    body: body.optionalString('body') ?? null,
    state: 'open',
    stateReason: null,
    labels: readLabels(call) ?? [],
    assignees: body.optionalStrings('assignees') ?? [],
    creator: getCaller(call),
    createdAt: now,
    updatedAt: now,
    closedAt: null,
  };
  const presented = save(call, issue, 'opened');
  return { status: 201, body: presented, headers: { location: presented.url } };
}

function readTitle(title: string): string {
  if (title.trim() === '') throw validationFailed({ resource: 'Issue', field: 'title', code: 'missing_field' });
  return title;
}

/** Labels come as names or as objects with a name. */
function readLabels({ body }: ApiCall): readonly string[] | undefined {
  const { labels } = body.members;
  if (!Array.isArray(labels)) return undefined;
  return labels.flatMap((label: unknown) => {
    if (typeof label === 'string') return [label];
    const name = (label as { readonly name?: unknown } | null)?.name;
    return typeof name === 'string' ? [name] : [];
  });
}

function updateIssue(call: ApiCall): ApiAnswer {
  const { world, body } = call;
  const issue = getIssue(call);
  const now = world.clock.now();
  const state = body.has('state') ? body.oneOf('state', ['open', 'closed']) : issue.state;
  const isClosing = state === 'closed' && issue.state !== 'closed';
  const updated: IssueRecord = {
    ...issue,
    title: readTitle(body.optionalString('title') ?? issue.title),
    body: body.optionalString('body') ?? issue.body,
    state,
    stateReason:
      body.optionalString('state_reason') ?? (isClosing ? 'completed' : state === 'open' ? null : issue.stateReason),
    labels: readLabels(call) ?? issue.labels,
    assignees: body.optionalStrings('assignees') ?? issue.assignees,
    updatedAt: now,
    closedAt: state === 'open' ? null : (issue.closedAt ?? now),
  };
  const action = isClosing ? 'closed' : state !== issue.state ? 'reopened' : 'edited';
  return { status: 200, body: save(call, updated, action) };
}

function save(call: ApiCall, issue: IssueRecord, action: string) {
  const { world, repository, url } = call;
  world.records.issues.put(issueKey(issue.repository, issue.number), issue);
  const presented = presentIssue(call, issue);
  world.record({
    service: 'github',
    name: `issue-${action}`,
    subject: issueKey(issue.repository, issue.number),
    details: { title: issue.title, labels: issue.labels },
  });
  const event = buildEvent(url, repository.record, getCaller(call), { action, issue: presented });
  world.webhooks.emit('issues', event, repository.record);
  return presented;
}

/** An issue as the API and the events show it. */
export function presentIssue(call: ApiCall, issue: IssueRecord) {
  const { url } = call;
  const repository = `${url}/repos/${issue.repository}`;
  const self = `${repository}/issues/${issue.number}`;
  const assignees = issue.assignees.map((login) => presentUser(url, login));
  return {
    url: self,
    repository_url: repository,
    labels_url: `${self}/labels{/name}`,
    comments_url: `${self}/comments`,
    events_url: `${self}/events`,
    html_url: `${url}/${issue.repository}/issues/${issue.number}`,
    id: issue.id,
    node_id: nodeId('Issue', issue.id),
    number: issue.number,
    title: issue.title,
    user: presentUser(url, issue.creator),
    labels: issue.labels.map((name) => ({
      id: stableId(`label ${issue.repository} ${name}`),
      url: `${repository}/labels/${encodeURIComponent(name)}`,
      name,
      color: 'ededed',
      default: false,
      description: null,
    })),
    state: issue.state,
    locked: false,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: listComments(call, issue).length,
    created_at: formatTime(issue.createdAt),
    updated_at: formatTime(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : formatTime(issue.closedAt),
    author_association: 'MEMBER',
    active_lock_reason: null,
    body: issue.body,
    state_reason: issue.stateReason,
  };
}
