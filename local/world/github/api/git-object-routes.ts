// Blobs and commits of the git database (https://docs.github.com/rest/git).
import { parseCommit, type Signature } from '../git/commit.ts';
import type { GitObject } from '../git/object-reader.ts';
import { presentGitCommit } from '../shapes/present-commit.ts';
import { noreplyAddress } from '../shapes/present-user.ts';
import { nodeId } from '../shapes/stable-id.ts';
import { encodeBase64Lines } from './encode-base64-lines.ts';
import { findTree } from './git-tree-routes.ts';
import { GitHubError, notFound } from './github-error.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const gitObjectRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/blobs/{sha}',
    access: 'contents:read',
    documentation: 'git/blobs#get-a-blob',
    handle: answerBlob,
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/git/blobs',
    access: 'contents:write',
    documentation: 'git/blobs#create-a-blob',
    handle: createBlob,
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/commits/{sha}',
    access: 'contents:read',
    documentation: 'git/commits#get-a-commit-object',
    async handle(call) {
      const { sha, content } = await getObject(call, getParameter(call, 'sha'), 'commit');
      return { status: 200, body: presentGitCommit(call.url, call.repository.fullName, parseCommit(sha, content)) };
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/git/commits',
    access: 'contents:write',
    documentation: 'git/commits#create-a-commit',
    handle: createCommit,
  },
];

/** The object of that full id and type. Throws 404. */
export async function getObject({ repository }: ApiCall, sha: string, type: GitObject['type']): Promise<GitObject> {
  const object = /^[0-9a-f]{40}$/.test(sha) ? await repository.git.findObject(sha) : undefined;
  if (object?.type !== type) throw notFound();
  return object;
}

async function answerBlob(call: ApiCall): Promise<ApiAnswer> {
  const { sha, content } = await getObject(call, getParameter(call, 'sha'), 'blob');
  if (/application\/vnd\.github(\.v3)?\.raw/.test(call.accept)) {
    return { status: 200, body: content, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' } };
  }
  return {
    status: 200,
    body: {
      sha,
      node_id: nodeId('Blob', sha),
      size: content.length,
      url: `${call.url}/repos/${call.repository.fullName}/git/blobs/${sha}`,
      content: encodeBase64Lines(content),
      encoding: 'base64',
    },
  };
}

async function createBlob(call: ApiCall): Promise<ApiAnswer> {
  const encoding = call.body.optionalString('encoding') ?? 'utf-8';
  if (encoding !== 'utf-8' && encoding !== 'base64') {
    throw new GitHubError(422, "Invalid encoding. Must be one of 'utf-8' or 'base64'.");
  }
  const content = Buffer.from(call.body.string('content'), encoding === 'base64' ? 'base64' : 'utf8');
  const sha = await call.repository.git.writeObject('blob', content);
  const url = `${call.url}/repos/${call.repository.fullName}/git/blobs/${sha}`;
  return { status: 201, body: { sha, url }, headers: { location: url } };
}

async function createCommit(call: ApiCall): Promise<ApiAnswer> {
  const { body, repository, url } = call;
  const message = body.string('message');
  const tree = await findTree(repository.git, body.string('tree'));
  if (!tree) throw new GitHubError(422, 'Tree SHA does not exist');
  const parents = body.optionalStrings('parents') ?? [];
  for (const parent of parents) {
    const object = /^[0-9a-f]{40}$/.test(parent) ? await repository.git.findObject(parent) : undefined;
    if (object?.type !== 'commit') throw new GitHubError(422, 'Parent SHA does not exist or is not a commit object');
  }
  const author = readSignature(call, 'author') ?? buildCallerSignature(call);
  const committer = readSignature(call, 'committer') ?? author;
  const content = { tree, parents, author, committer, message };
  const sha = await repository.git.writeCommit(content);
  const commit = presentGitCommit(url, repository.fullName, { sha, ...content });
  return { status: 201, body: commit, headers: { location: commit.url } };
}

/** An `author` or `committer` of the request, if given; now is its time unless it tells one. */
export function readSignature(call: ApiCall, name: 'author' | 'committer'): Signature | undefined {
  const given = call.body.optionalObject(name);
  if (!given) return undefined;
  const date = given.optionalString('date');
  const at = date === undefined ? call.world.clock.now() : Date.parse(date);
  if (Number.isNaN(at))
    throw new GitHubError(422, `Invalid request.\n\nFor 'properties/date', "${date}" is not a timestamp.`);
  return { name: given.string('name'), email: given.string('email'), at: Math.floor(at / 1000) * 1000 };
}

/** The signature of whoever calls. */
export function buildCallerSignature(call: ApiCall): Signature {
  const login = getCaller(call);
  return { name: login, email: noreplyAddress(login), at: Math.floor(call.world.clock.now() / 1000) * 1000 };
}
