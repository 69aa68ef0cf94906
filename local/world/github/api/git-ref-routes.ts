// References of the git database: create, read, move, delete (https://docs.github.com/rest/git/refs).
import { NO_COMMIT, type Ref } from '../git/bare-repository.ts';
import { nodeId } from '../shapes/stable-id.ts';
import { announceRefChange } from '../webhooks/announce-ref-change.ts';
import { GitHubError, notFound } from './github-error.ts';
import { answerPage } from './paginate.ts';
import { type ApiAnswer, type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const gitRefRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/ref/{ref...}',
    access: 'contents:read',
    documentation: 'git/refs#get-a-reference',
    async handle(call) {
      const ref = await call.repository.git.findRef(`refs/${getParameter(call, 'ref')}`);
      if (!ref) {
        await refuseEmpty(call);
        throw notFound();
      }
      return { status: 200, body: presentRef(call, ref) };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/git/matching-refs/{ref...}',
    access: 'contents:read',
    documentation: 'git/refs#list-matching-references',
    async handle(call) {
      await refuseEmpty(call);
      const refs = await call.repository.git.listRefs(`refs/${getParameter(call, 'ref')}`);
      return answerPage(call, refs, (ref) => presentRef(call, ref));
    },
  },
  {
    method: 'POST',
    path: '/repos/{owner}/{repo}/git/refs',
    access: 'contents:write',
    documentation: 'git/refs#create-a-reference',
    handle: createRef,
  },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}/git/refs/{ref...}',
    access: 'contents:write',
    documentation: 'git/refs#update-a-reference',
    handle: updateRef,
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}/git/refs/{ref...}',
    access: 'contents:write',
    documentation: 'git/refs#delete-a-reference',
    handle: deleteRef,
  },
];

function presentRef({ url, repository }: ApiCall, { name, sha, type }: Ref) {
  const self = `${url}/repos/${repository.fullName}/git`;
  return {
    ref: name,
    node_id: nodeId('Ref', `${repository.fullName}:${name}`),
    url: `${self}/${name}`,
    object: { sha, type, url: `${self}/${type}s/${sha}` },
  };
}

async function refuseEmpty({ repository }: ApiCall): Promise<void> {
  if (await repository.git.isEmpty()) throw new GitHubError(409, 'Git Repository is empty.');
}

async function createRef(call: ApiCall): Promise<ApiAnswer> {
  const { body, repository } = call;
  const name = body.string('ref');
  const sha = body.string('sha');
  if (!/^refs\/[^/]+\/./.test(name)) {
    throw new GitHubError(422, "Reference name must start with 'refs/' and contain at least two slashes.");
  }
  if (!(await repository.git.isValidRefName(name))) {
    throw new GitHubError(422, `${name} is not a valid ref name.`);
  }
  const target = await getTarget(call, name, sha);
  if (!(await repository.git.moveRef(name, NO_COMMIT, sha))) throw new GitHubError(422, 'Reference already exists');
  await announceRefChange(call.world, repository, { ref: name, before: NO_COMMIT, after: sha }, getCaller(call));
  const ref = presentRef(call, { name, sha, type: target.type });
  return { status: 201, body: ref, headers: { location: ref.url } };
}

async function updateRef(call: ApiCall): Promise<ApiAnswer> {
  const { body, repository } = call;
  const name = `refs/${getParameter(call, 'ref')}`;
  const sha = body.string('sha');
  const mayRewind = body.optionalBoolean('force') ?? false;
  const current = await repository.git.findRef(name);
  if (!current) throw new GitHubError(422, 'Reference does not exist');
  const target = await getTarget(call, name, sha);
  const isForward = mayRewind || (await repository.git.isAncestor(current.sha, sha));
  // Somebody else may have moved it since it was read: then it is no fast forward any more.
  if (!isForward || !(await repository.git.moveRef(name, current.sha, sha))) {
    throw new GitHubError(422, 'Update is not a fast forward');
  }
  await announceRefChange(call.world, repository, { ref: name, before: current.sha, after: sha }, getCaller(call));
  return { status: 200, body: presentRef(call, { name, sha, type: target.type }) };
}

async function deleteRef(call: ApiCall): Promise<ApiAnswer> {
  const { repository } = call;
  const name = `refs/${getParameter(call, 'ref')}`;
  const current = await repository.git.findRef(name);
  if (!current || !(await repository.git.moveRef(name, current.sha, NO_COMMIT))) {
    throw new GitHubError(422, 'Reference does not exist');
  }
  const change = { ref: name, before: current.sha, after: NO_COMMIT };
  await announceRefChange(call.world, repository, change, getCaller(call));
  return { status: 204 };
}

/** The object that a ref is to point at; branches point at commits only. */
async function getTarget({ repository }: ApiCall, name: string, sha: string) {
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    throw new GitHubError(422, 'The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
  }
  const object = await repository.git.findObject(sha);
  if (!object) throw new GitHubError(422, 'Object does not exist');
  if (name.startsWith('refs/heads/') && object.type !== 'commit') {
    throw new GitHubError(422, 'Object is not a commit');
  }
  return object;
}
