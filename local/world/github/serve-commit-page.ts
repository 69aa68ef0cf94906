// The page of a commit, so that the links in messages and answers lead somewhere.
import type { HttpAnswer, HttpRequest } from '../http-server.ts';
import { compilePathPattern } from '../path-pattern.ts';
import type { GitHubWorld } from './github-world.ts';

const match = compilePathPattern('/{owner}/{repo}/commit/{sha}');

/** Shows a commit of a public repository as plain text; undefined when the request is for something else. */
export async function serveCommitPage(world: GitHubWorld, request: HttpRequest): Promise<HttpAnswer | undefined> {
  const parameters = match(request.path);
  if (!parameters || request.method !== 'GET') return undefined;
  const repository = await world.repositories.find(`${parameters.owner}/${parameters.repo}`);
  if (!repository || repository.record.isPrivate) return undefined;
  const commit = await repository.git.findCommit(parameters.sha ?? '');
  if (!commit) return undefined;
  const { stdout } = await repository.git.run(['show', '--stat', '--patch', commit.sha]);
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: stdout };
}
