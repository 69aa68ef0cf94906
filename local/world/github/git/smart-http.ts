// Git's smart HTTP protocol, served by git's own `git http-backend` (https://git-scm.com/docs/git-http-backend).

import { runProgram } from '../../../programs/run-program.ts';
import type { HttpAnswer, HttpRequest } from '../../http-server.ts';
import { buildGitEnvironment } from './run-git.ts';

export interface RefCommand {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Serves one request of a git client on a repository. `service` is the path below the repository, e.g. `info/refs`.
 * Resolves when git's answer is complete, so that what was pushed is there.
 */
export async function serveSmartHttp(options: {
  readonly directory: string;
  readonly service: string;
  readonly request: HttpRequest;
  /** Who is signed in; pushing needs it. */
  readonly login?: string;
}): Promise<HttpAnswer> {
  const { directory, service, request, login } = options;
  const header = (name: string) => String(request.headers[name] ?? '');
  const { GIT_DIR: _, ...environment } = buildGitEnvironment(directory);
  const { stdout } = await runProgram({
    program: 'git',
    args: ['http-backend'],
    environment: {
      ...environment,
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${service}`,
      REQUEST_METHOD: request.method,
      QUERY_STRING: request.query.toString(),
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: String(request.body.length),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      REMOTE_ADDR: '127.0.0.1',
      ...(login !== undefined && { REMOTE_USER: login }),
    },
    input: request.body,
  });
  return parseCgiAnswer(stdout);
}

function parseCgiAnswer(output: Buffer): HttpAnswer {
  const end = output.indexOf('\r\n\r\n');
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of output.toString('latin1', 0, Math.max(end, 0)).split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name) headers[name.toLowerCase()] = value;
  }
  return end < 0 ? { status: 500 } : { status, headers, body: output.subarray(end + 4) };
}

/** The ref updates that a `git-receive-pack` request asks for: the pkt-lines before the pack. */
export function parseRefCommands(body: Buffer): RefCommand[] {
  const commands: RefCommand[] = [];
  for (let offset = 0; offset + 4 <= body.length; ) {
    const length = Number.parseInt(body.toString('latin1', offset, offset + 4), 16);
    if (!(length > 4)) break;
    const line = body.toString('utf8', offset + 4, offset + length).split('\0')[0] ?? '';
    const [, before, after, ref] = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+?)\n?$/.exec(line) ?? [];
    if (before && after && ref) commands.push({ before, after, ref });
    offset += length;
  }
  return commands;
}
