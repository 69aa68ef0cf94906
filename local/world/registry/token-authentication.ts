// The token challenge of registries such as ghcr.io (https://distribution.github.io/distribution/spec/auth/token/).
import { createHmac, randomBytes } from 'node:crypto';
import { answerJson, type HttpAnswer, type HttpRequest } from '../http-server.ts';
import { answerRefusal } from './distribution-api.ts';

const LIFE_SECONDS = 300;

export interface TokenAuthentication {
  /** The answer for a request that must sign in first, or for one to `/token`; undefined when it may pass. */
  intercept(request: HttpRequest, url: string): HttpAnswer | undefined;
}

/** Gives a token to whoever knows the password (to anybody, when there is none), and asks for one on every request. */
export function createTokenAuthentication(now: () => number, password?: string): TokenAuthentication {
  const key = randomBytes(32);
  const sign = (expiresAt: number) => createHmac('sha256', key).update(String(expiresAt)).digest('base64url');
  const isValid = (token: string) => {
    const [expiresAt, signature] = token.split('.');
    return signature === sign(Number(expiresAt)) && Number(expiresAt) > now();
  };

  function issue(request: HttpRequest): HttpAnswer {
    const [, basic = ''] = /^basic (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const given = Buffer.from(basic, 'base64').toString().split(':')[1];
    if (password !== undefined && given !== password) {
      return answerRefusal(401, 'UNAUTHORIZED', 'authentication required');
    }
    const expiresAt = now() + LIFE_SECONDS * 1000;
    const token = `${expiresAt}.${sign(expiresAt)}`;
    return answerJson(200, { token, access_token: token, expires_in: LIFE_SECONDS });
  }

  return {
    intercept(request, url) {
      if (request.path === '/token') return issue(request);
      const [, token = ''] = /^bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
      if (isValid(token)) return undefined;
      const [, repository] = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//.exec(request.path) ?? [];
      const actions = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'pull,push';
      const scope = repository === undefined ? '' : `,scope="repository:${repository}:${actions}"`;
      const challenge = `Bearer realm="${url}/token",service="${new URL(url).host}"${scope}`;
      return answerRefusal(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge });
    },
  };
}
