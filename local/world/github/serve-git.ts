// `git clone`, `fetch` and `push` against the world's repositories.
import { answerJson, type HttpAnswer, type HttpRequest } from '../http-server.ts';
import { buildErrorBody, GitHubError } from './api/github-error.ts';
import { type Actor, getActor, getLogin, holdsPermission, maySee } from './authentication/find-actor.ts';
import { NO_COMMIT } from './git/bare-repository.ts';
import { parseRefCommands, serveSmartHttp } from './git/smart-http.ts';
import type { GitHubWorld } from './github-world.ts';
import type { Repository } from './repositories.ts';
import { announceRefChange } from './webhooks/announce-ref-change.ts';

const pattern = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Answers a request of a git client; undefined when it is none. Pushing needs a token, as does reading what is private. */
export async function serveGit(world: GitHubWorld, request: HttpRequest): Promise<HttpAnswer | undefined> {
  const [, owner, name, service] = pattern.exec(request.path) ?? [];
  if (owner === undefined || name === undefined || service === undefined) return undefined;
  let actor: Actor;
  try {
    actor = getActor(world, request);
  } catch (error) {
    if (error instanceof GitHubError) return answerJson(401, buildErrorBody(401, error.message, ''), challenge);
    throw error;
  }
  const isPush = service === 'git-receive-pack' || request.query.get('service') === 'git-receive-pack';
  const repository = await world.repositories.find(`${decodeURIComponent(owner)}/${decodeURIComponent(name)}`);
  const isVisible = repository !== undefined && maySee(actor, repository.record);
  if (actor.kind === 'anonymous' && (isPush || !isVisible)) return { status: 401, headers: challenge };
  if (!isVisible) return { status: 404, body: 'Repository not found.' };
  const permission = isPush ? 'contents:write' : 'contents:read';
  if (!holdsPermission(actor, repository.record.name, permission)) {
    return { status: 403, body: `Permission to ${repository.fullName}.git denied to ${getLogin(world, actor)}.` };
  }
  const login = actor.kind === 'anonymous' ? undefined : getLogin(world, actor);
  const serve = () =>
    serveSmartHttp({ directory: repository.git.directory, service, request, ...(login !== undefined && { login }) });
  return service === 'git-receive-pack' && login !== undefined
    ? announcePush(world, repository, request, login, serve)
    : serve();
}

const challenge = { 'www-authenticate': 'Basic realm="GitHub"' };

async function announcePush(
  world: GitHubWorld,
  repository: Repository,
  request: HttpRequest,
  login: string,
  serve: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const positionOf = async (ref: string) => (await repository.git.findRef(ref))?.sha ?? NO_COMMIT;
  const commands = parseRefCommands(request.body);
  const due = await Promise.all(commands.map(async (command) => (await positionOf(command.ref)) === command.before));
  const answer = await serve();
  for (const [index, command] of commands.entries()) {
    // Git may have refused some of the updates: what counts is where the ref is now.
    if (!due[index] || (await positionOf(command.ref)) !== command.after) continue;
    await announceRefChange(world, repository, command, login);
  }
  await world.flush();
  return answer;
}
