// Files by path: read, write and delete with one commit each (https://docs.github.com/rest/repos/contents).
import { NO_COMMIT } from '../git/bare-repository.ts';
import type { Commit } from '../git/commit.ts';
import type { TreeChange } from '../git/edit-tree.ts';
import { presentGitCommit } from '../shapes/present-commit.ts';
import { gitHubCommitter } from '../shapes/present-user.ts';
import { announceRefChange } from '../webhooks/announce-ref-change.ts';
import { encodeBase64Lines } from './encode-base64-lines.ts';
import { buildCallerSignature, readSignature } from './git-object-routes.ts';
import { isSoundPath } from './git-tree-routes.ts';
import { GitHubError, notFound } from './github-error.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

/** Up to here GitHub sends the content along. */
const MAXIMUM_INLINE_BYTES = 1 << 20;

export const contentsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/contents',
    access: 'contents:read',
    documentation: 'repos/contents#get-repository-content',
    handle: (call) => answerContents(call, ''),
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/contents/{path...}',
    access: 'contents:read',
    documentation: 'repos/contents#get-repository-content',
    handle: (call) => answerContents(call, getParameter(call, 'path')),
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/contents/{path...}',
    access: 'contents:write',
    documentation: 'repos/contents#create-or-update-file-contents',
    handle: putContents,
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/contents/{path...}',
    access: 'contents:write',
    documentation: 'repos/contents#delete-a-file',
    handle: deleteContents,
  },
];

async function answerContents(call: ApiCall, path: string): Promise<ApiAnswer> {
  const { git, record } = call.repository;
  const ref = call.query.get('ref') || record.defaultBranch;
  const commit = await git.findCommit(ref);
  if (!commit)
    throw new GitHubError(
      404,
      (await git.isEmpty()) ? 'This repository is empty.' : `No commit found for the ref ${ref}`,
    );
  if (path !== '' && !isSoundPath(path)) throw notFound();
  const object = await git.findObject(`${commit.sha}:${path}`);
  if (!object) throw notFound();
  if (object.type === 'tree') {
    const entries = await git.listTree(object.sha);
    const prefix = path === '' ? '' : `${path}/`;
    return {
      status: 200,
      body: entries.map((entry) => {
        const type = entry.type === 'tree' ? 'dir' : entry.type === 'commit' ? 'submodule' : 'file';
        return presentEntry(call, ref, `${prefix}${entry.path}`, type, entry.sha, entry.sizeBytes ?? 0);
      }),
    };
  }
  if (/application\/vnd\.github(\.v3)?\.raw/.test(call.accept)) {
    const headers = { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' };
    return { status: 200, body: object.content, headers };
  }
  const isInline = object.content.length <= MAXIMUM_INLINE_BYTES;
  return {
    status: 200,
    body: {
      ...presentEntry(call, ref, path, 'file', object.sha, object.content.length),
      content: isInline ? encodeBase64Lines(object.content) : '',
      encoding: isInline ? 'base64' : 'none',
    },
  };
}

function presentEntry(
  { url, repository }: ApiCall,
  ref: string,
  path: string,
  type: 'file' | 'dir' | 'submodule',
  sha: string,
  size: number,
) {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const self = `${url}/repos/${repository.fullName}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const git = `${url}/repos/${repository.fullName}/git/${type === 'dir' ? 'trees' : 'blobs'}/${sha}`;
  const html = `${url}/${repository.fullName}/${type === 'dir' ? 'tree' : 'blob'}/${ref}/${encoded}`;
  return {
    name: path.split('/').at(-1) ?? '',
    path,
    sha,
    size: type === 'dir' ? 0 : size,
    url: self,
    html_url: html,
    git_url: git,
    download_url: type === 'file' ? `${url}/${repository.fullName}/raw/${ref}/${encoded}` : null,
    type,
    _links: { self, git, html },
  };
}

async function putContents(call: ApiCall): Promise<ApiAnswer> {
  const { body, repository } = call;
  const message = body.string('message');
  const content = Buffer.from(body.string('content'), 'base64');
  const target = await getTarget(call);
  const known = body.optionalString('sha');
  if (target.blobSha !== undefined && known === undefined) {
    throw new GitHubError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
  }
  refuseStale(target, known);
  const sha = await repository.git.writeObject('blob', content);
  const commit = await commitChange(call, target, { path: target.path, mode: '100644', sha }, message);
  return {
    status: target.blobSha === undefined ? 201 : 200,
    body: {
      content: presentEntry(call, target.branch, target.path, 'file', sha, content.length),
      commit: presentGitCommit(call.url, repository.fullName, commit),
    },
  };
}

async function deleteContents(call: ApiCall): Promise<ApiAnswer> {
  const message = call.body.string('message');
  const known = call.body.string('sha');
  const target = await getTarget(call);
  if (target.blobSha === undefined) throw notFound();
  refuseStale(target, known);
  const commit = await commitChange(call, target, { path: target.path, mode: '100644' }, message);
  return { status: 200, body: { content: null, commit: presentGitCommit(call.url, call.repository.fullName, commit) } };
}

interface Target {
  readonly branch: string;
  readonly path: string;
  readonly head: Commit | undefined;
  /** Of the file as it is; absent when there is none. */
  readonly blobSha?: string;
}

async function getTarget(call: ApiCall): Promise<Target> {
  const { git, record } = call.repository;
  const path = getParameter(call, 'path');
  if (!isSoundPath(path)) throw new GitHubError(422, 'path contains a malformed path component');
  const branch = call.body.optionalString('branch') ?? record.defaultBranch;
  const head = await git.findCommit(`refs/heads/${branch}`);
  if (!head && !(await git.isEmpty())) throw new GitHubError(404, `Branch ${branch} not found`);
  const object = head && (await git.findObject(`${head.sha}:${path}`));
  return { branch, path, head, ...(object?.type === 'blob' && { blobSha: object.sha }) };
}

function refuseStale({ path, blobSha }: Target, known: string | undefined): void {
  if (known !== blobSha) throw new GitHubError(409, `${path} does not match ${known}`);
}

async function commitChange(call: ApiCall, target: Target, change: TreeChange, message: string): Promise<Commit> {
  const { git } = call.repository;
  const { head, branch } = target;
  const tree = await git.writeTree([change], head?.tree);
  const caller = buildCallerSignature(call);
  const author = readSignature(call, 'author') ?? readSignature(call, 'committer') ?? caller;
  const committer = readSignature(call, 'committer') ?? { ...gitHubCommitter, at: caller.at };
  const content = { tree, parents: head ? [head.sha] : [], author, committer, message };
  const sha = await git.writeCommit(content);
  const ref = `refs/heads/${branch}`;
  const before = head?.sha ?? NO_COMMIT;
  if (!(await git.moveRef(ref, before, sha))) {
    const now = await git.findRef(ref);
    throw new GitHubError(409, `${branch} is at ${now?.sha ?? NO_COMMIT} but expected ${before}`);
  }
  await announceRefChange(call.world, call.repository, { ref, before, after: sha }, getCaller(call));
  return { sha, ...content };
}
