// Blobs, trees and commits of the git database (https://docs.github.com/rest/git).
import type { BareRepository, TreeEntry } from '../git/bare-repository.ts';
import { parseCommit, type Signature } from '../git/commit.ts';
import type { TreeChange } from '../git/edit-tree.ts';
import type { GitObject } from '../git/object-reader.ts';
import { presentGitCommit } from '../shapes/present-commit.ts';
import { noreplyAddress } from '../shapes/present-user.ts';
import { nodeId } from '../shapes/stable-id.ts';
import { encodeBase64Lines } from './encode-base64-lines.ts';
import { GitHubError, notFound } from './github-error.ts';
import type { RequestBody } from './request-body.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

/** GitHub cuts recursive listings here and says `truncated`. */
const MAXIMUM_TREE_ENTRIES = 100_000;

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
    path: '/repos/{owner}/{repo}/git/trees/{sha...}',
    access: 'contents:read',
    documentation: 'git/trees#get-a-tree',
    handle: answerTree,
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/git/trees',
    access: 'contents:write',
    documentation: 'git/trees#create-a-tree',
    handle: createTree,
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

async function getObject({ repository }: ApiCall, sha: string, type: GitObject['type']): Promise<GitObject> {
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

async function answerTree(call: ApiCall): Promise<ApiAnswer> {
  const name = getParameter(call, 'sha');
  const { git } = call.repository;
  const commit = await git.findCommit(name);
  const tree = commit?.tree ?? (await getObject(call, name, 'tree')).sha;
  // Any value of the parameter, even "false", asks for the whole tree.
  return { status: 200, body: await presentTree(call, tree, call.query.has('recursive')) };
}

async function presentTree({ url, repository }: ApiCall, tree: string, recursive: boolean) {
  const self = `${url}/repos/${repository.fullName}/git`;
  const entries = await repository.git.listTree(tree, { recursive });
  const present = ({ path, mode, type, sha, sizeBytes }: TreeEntry) => ({
    path,
    mode,
    type,
    sha,
    ...(sizeBytes !== undefined && { size: sizeBytes }),
    ...(type !== 'commit' && { url: `${self}/${type}s/${sha}` }),
  });
  return {
    sha: tree,
    url: `${self}/trees/${tree}`,
    tree: entries.slice(0, MAXIMUM_TREE_ENTRIES).map(present),
    truncated: entries.length > MAXIMUM_TREE_ENTRIES,
  };
}

async function createTree(call: ApiCall): Promise<ApiAnswer> {
  const { git } = call.repository;
  const base = call.body.optionalString('base_tree');
  const baseTree = base === undefined ? undefined : await findTree(git, base);
  if (base !== undefined && baseTree === undefined) throw notFound();
  const entries = call.body.objects('tree');
  if (entries.length === 0) throw new GitHubError(422, 'Invalid tree info');
  const changes: TreeChange[] = [];
  for (const entry of entries) changes.push(await buildTreeChange(call, entry, baseTree));
  const sha = await git.writeTree(changes, baseTree);
  const tree = await presentTree(call, sha, false);
  return { status: 201, body: tree, headers: { location: tree.url } };
}

async function findTree(git: BareRepository, sha: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
  return (await git.findObject(`${sha}^{tree}`))?.sha;
}

const modes: Readonly<Record<string, GitObject['type']>> = {
  '100644': 'blob',
  '100755': 'blob',
  '120000': 'blob',
  '040000': 'tree',
  '160000': 'commit',
};

async function buildTreeChange(
  { repository: { git } }: ApiCall,
  entry: RequestBody,
  baseTree: string | undefined,
): Promise<TreeChange> {
  const path = entry.string('path');
  if (!isSoundPath(path)) throw new GitHubError(422, 'tree.path contains a malformed path component');
  if (entry.members.sha === null) {
    // What is not there cannot be taken away.
    if (!baseTree || !(await git.findObject(`${baseTree}:${path}`))) {
      throw new GitHubError(422, 'GitRPC::BadObjectState');
    }
    return { path, mode: '100644' };
  }
  const mode = entry.string('mode');
  const type = modes[mode];
  if (!type) throw new GitHubError(422, 'Must supply a valid tree.mode');
  const content = entry.optionalString('content');
  if (content !== undefined) return { path, mode, sha: await git.writeObject('blob', content) };
  const sha = entry.optionalString('sha');
  if (sha === undefined) throw new GitHubError(422, 'Must supply either tree.sha or tree.content');
  const object = /^[0-9a-f]{40}$/.test(sha) ? await git.findObject(sha) : undefined;
  if (type !== 'commit' && object?.type !== type) {
    throw new GitHubError(422, `tree.sha ${sha} is not a valid ${type}`);
  }
  return { path, mode, sha };
}

/** Whether a path stays within the tree and can be handed to git. */
export function isSoundPath(path: string): boolean {
  return !/[\0\n]/.test(path) && path.split('/').every((part) => !['', '.', '..', '.git'].includes(part.toLowerCase()));
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
