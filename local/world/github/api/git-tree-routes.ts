// Trees of the git database (https://docs.github.com/rest/git/trees).
import type { BareRepository, TreeEntry } from '../git/bare-repository.ts';
import type { TreeChange } from '../git/edit-tree.ts';
import type { GitObject } from '../git/object-reader.ts';
import { getObject } from './git-object-routes.ts';
import { GitHubError, notFound } from './github-error.ts';
import type { RequestBody } from './request-body.ts';
import { type ApiAnswer, type ApiCall, getParameter, type Route } from './route.ts';

/** GitHub cuts recursive listings here and says `truncated`. */
const MAXIMUM_TREE_ENTRIES = 100_000;

export const gitTreeRoutes: readonly Route[] = [
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
];

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

/** The tree of a commit or tree id. */
export async function findTree(git: BareRepository, sha: string): Promise<string | undefined> {
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
