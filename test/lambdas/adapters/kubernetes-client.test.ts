// Tests of the client of a cluster's API server: what it does when it is refused.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKubernetesClient } from '../../../lambdas/adapters/kubernetes-client.ts';
import { type HttpServer, startHttpServer } from '../../../local/world/http-server.ts';

let server: HttpServer;
let seen: (string | undefined)[];
let accepted: string;
beforeEach(async () => {
  seen = [];
  server = await startHttpServer({
    handle({ headers: { authorization } }) {
      seen.push(authorization);
      return { status: authorization === `Bearer ${accepted}` ? 200 : 401, body: '{}' };
    },
  });
});
afterEach(async () => await server.stop());

const createClient = () =>
  createKubernetesClient(async ({ refresh }) => ({
    endpoint: server.url,
    certificateAuthority: undefined,
    token: refresh ? 'fresh' : 'old',
  }));

describe('a token that the cluster refuses', () => {
  it('is renewed and the request made again', async () => {
    accepted = 'fresh';
    expect((await createClient()({ method: 'GET', path: '/version' })).status).toBe(200);
    expect(seen).toEqual(['Bearer old', 'Bearer fresh']);
  });

  it('is renewed once only: then the refusal is the answer', async () => {
    accepted = 'none';
    expect((await createClient()({ method: 'GET', path: '/version' })).status).toBe(401);
    expect(seen).toHaveLength(2);
  });

  it('is not renewed when it counts', async () => {
    accepted = 'old';
    expect((await createClient()({ method: 'GET', path: '/version' })).status).toBe(200);
    expect(seen).toEqual(['Bearer old']);
  });
});
