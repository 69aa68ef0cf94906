// Comments on issues (https://docs.github.com/rest/issues/comments).
import type { CommentRecord, IssueRecord } from '../records.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { notFound } from './github-error.ts';
import { getIssue, issueKey, presentIssue } from './issue-routes.ts';
import { answerPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const issueCommentRoutes: readonly Route[] = [
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/issues/comments/{id}',
    access: 'issues:write',
    documentation: 'issues/comments#update-an-issue-comment',
    handle: updateComment,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/issues/{number}/comments',
    access: 'issues:read',
    documentation: 'issues/comments#list-issue-comments',
    handle: (call) => answerPage(call, listComments(call, getIssue(call)), (comment) => presentComment(call, comment)),
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/issues/{number}/comments',
    access: 'issues:write',
    documentation: 'issues/comments#create-an-issue-comment',
    handle: createComment,
  },
];

/** Comments of an issue, oldest first. */
export function listComments({ world }: ApiCall, issue: IssueRecord): CommentRecord[] {
  return [...world.records.comments.values()].filter(
    ({ repository, issueNumber }) => repository === issue.repository && issueNumber === issue.number,
  );
}

function createComment(call: ApiCall): ApiAnswer {
  const { world } = call;
  const issue = getIssue(call);
  const now = world.clock.now();
  const comment: CommentRecord = {
    id: world.records.nextNumber('id'),
    repository: issue.repository,
    issueNumber: issue.number,
    body: call.body.string('body'),
    creator: getCaller(call),
    createdAt: now,
    updatedAt: now,
  };
  const presented = saveComment(call, issue, comment, 'created');
  return { status: 201, body: presented, headers: { location: presented.url } };
}

function updateComment(call: ApiCall): ApiAnswer {
  const { records, clock } = call.world;
  const comment = records.comments.get(getParameter(call, 'id'));
  const issue = comment && records.issues.get(issueKey(comment.repository, comment.issueNumber));
  if (!issue || comment.repository !== call.repository.fullName) throw notFound();
  const updated = { ...comment, body: call.body.string('body'), updatedAt: clock.now() };
  return { status: 200, body: saveComment(call, issue, updated, 'edited') };
}

function saveComment(call: ApiCall, issue: IssueRecord, comment: CommentRecord, action: string) {
  const { world, repository, url } = call;
  world.records.comments.put(String(comment.id), comment);
  const presented = presentComment(call, comment);
  const subject = { action, issue: presentIssue(call, issue), comment: presented };
  world.webhooks.emit('issue_comment', buildEvent(url, repository.record, getCaller(call), subject), repository.record);
  return presented;
}

function presentComment({ url }: ApiCall, comment: CommentRecord) {
  const repository = `${url}/repos/${comment.repository}`;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: `${repository}/issues/comments/${comment.id}`,
    html_url: `${url}/${comment.repository}/issues/${comment.issueNumber}#issuecomment-${comment.id}`,
    issue_url: `${repository}/issues/${comment.issueNumber}`,
    body: comment.body,
    user: presentUser(url, comment.creator),
    created_at: formatTime(comment.createdAt),
    updated_at: formatTime(comment.updatedAt),
    author_association: 'MEMBER',
  };
}
