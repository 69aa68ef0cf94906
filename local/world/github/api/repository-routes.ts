// Repositories, their branches and who asks: /repos/{owner}/{repo}, /branches, /user, /rate_limit.
import { parseCommit } from '../git/commit.ts';
import { presentCommit } from '../shapes/present-commit.ts';
import { presentRepository } from '../shapes/present-repository.ts';
import { presentUser } from '../shapes/present-user.ts';
import { GitHubError } from './github-error.ts';
import { answerPage } from './paginate.ts';
import { type ApiCall, getCaller, getParameter, type Route } from './route.ts';

export const repositoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}',
    access: 'metadata:read',
    documentation: 'repos/repos#get-a-repository',
    handle: ({ url, repository }) => ({ status: 200, body: presentRepository(url, repository.record) }),
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/branches',
    access: 'contents:read',
    documentation: 'branches/branches#list-branches',
    async handle(call) {
      const refs = await call.repository.git.listRefs('refs/heads/');
      return answerPage(call, refs, ({ name, sha }) => ({
        name: name.slice('refs/heads/'.length),
        commit: { sha, url: `${call.url}/repos/${call.repository.fullName}/commits/${sha}` },
        protected: false,
      }));
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/branches/{branch...}',
    access: 'contents:read',
    documentation: 'branches/branches#get-a-branch',
    handle: answerBranch,
  },
  {
    method: 'GET',
    path: '/user',
    access: 'any',
    documentation: 'users/users#get-the-authenticated-user',
    handle: (call) => ({ status: 200, body: presentUser(call.url, getCaller(call)) }),
  },
  {
    method: 'GET',
    path: '/users/{login}',
    access: 'any',
    documentation: 'users/users#get-a-user',
    handle: (call) => ({ status: 200, body: presentUser(call.url, getParameter(call, 'login')) }),
  },
];

async function answerBranch(call: ApiCall) {
  const { url, repository } = call;
  const name = getParameter(call, 'branch');
  const ref = await repository.git.findRef(`refs/heads/${name}`);
  const object = ref && (await repository.git.findObject(ref.sha));
  if (!object) throw new GitHubError(404, 'Branch not found');
  const self = `${url}/repos/${repository.fullName}/branches/${name}`;
  return {
    status: 200,
    body: {
      name,
      commit: presentCommit(url, repository.fullName, parseCommit(object.sha, object.content)),
      _links: { self, html: `${url}/${repository.fullName}/tree/${name}` },
      protected: false,
      protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
      protection_url: `${self}/protection`,
    },
  };
}
