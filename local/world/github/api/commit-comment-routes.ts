// Comments on commits (https://docs.github.com/rest/commits/comments).
import type { CommitCommentRecord } from '../records.ts';
import { presentUser } from '../shapes/present-user.ts';
import { formatTime, nodeId } from '../shapes/stable-id.ts';
import { buildEvent } from '../webhooks/build-event.ts';
import { getCommit } from './commit-routes.ts';
import { notFound } from './github-error.ts';
import { answerPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const commitCommentRoutes: readonly Route[] = [
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/comments/{id}',
    access: 'contents:write',
    documentation: 'commits/comments#update-a-commit-comment',
    handle: updateComment,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref...}/comments',
    access: 'contents:read',
    documentation: 'commits/comments#list-commit-comments',
    async handle(call) {
      const { sha } = await getCommit(call, getParameter(call, 'ref'));
      const comments = [...call.world.records.commitComments.values()].filter(
        (comment) => comment.repository === call.repository.fullName && comment.sha === sha,
      );
      return answerPage(call, comments, (comment) => presentComment(call, comment));
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/commits/{ref...}/comments',
    access: 'contents:read',
    documentation: 'commits/comments#create-a-commit-comment',
    handle: createComment,
  },
];

async function createComment(call: ApiCall): Promise<ApiAnswer> {
  const { world, repository, url } = call;
  const { sha } = await getCommit(call, getParameter(call, 'ref'));
  const now = world.clock.now();
  const comment: CommitCommentRecord = {
    id: world.records.nextNumber('id'),
    repository: repository.fullName,
    sha,
    body: call.body.string('body'),
    creator: getCaller(call),
    createdAt: now,
    updatedAt: now,
  };
  world.records.commitComments.put(String(comment.id), comment);
  const presented = presentComment(call, comment);
  const subject = { action: 'created', comment: presented };
  world.webhooks.emit(
    'commit_comment',
    buildEvent(url, repository.record, getCaller(call), subject),
    repository.record,
  );
  return { status: 201, body: presented, headers: { location: presented.url } };
}

function updateComment(call: ApiCall): ApiAnswer {
  const { records, clock } = call.world;
  const comment = records.commitComments.get(getParameter(call, 'id'));
  if (comment === undefined || comment.repository !== call.repository.fullName) throw notFound();
  const updated = { ...comment, body: call.body.string('body'), updatedAt: clock.now() };
  records.commitComments.put(String(updated.id), updated);
  return { status: 200, body: presentComment(call, updated) };
}

function presentComment({ url }: ApiCall, comment: CommitCommentRecord) {
  return {
    id: comment.id,
    node_id: nodeId('CommitComment', comment.id),
    url: `${url}/repos/${comment.repository}/comments/${comment.id}`,
    html_url: `${url}/${comment.repository}/commit/${comment.sha}#commitcomment-${comment.id}`,
    commit_id: comment.sha,
    path: null,
    position: null,
    line: null,
    body: comment.body,
    user: presentUser(url, comment.creator),
    created_at: formatTime(comment.createdAt),
    updated_at: formatTime(comment.updatedAt),
    author_association: 'MEMBER',
  };
}
