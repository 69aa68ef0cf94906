// Tests of the image registry adapter against a loopback registry with token authentication.
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOciRegistry } from '../../../lambdas/adapters/oci-registry.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Behaviour {
  manifest?: { status: number; digest?: string; body?: string };
  isPublic?: boolean;
  realm?: string;
  redirect?: string;
}

async function open({ manifest = { status: 200, digest }, isPublic = false, realm, redirect }: Behaviour = {}) {
  const requests: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { url: path = '', headers } = request;
    requests.push({ path, authorization: headers.authorization });
    if (path.startsWith('/token')) return void response.end(JSON.stringify({ token: 'granted' }));
    if (redirect !== undefined) return void response.writeHead(302, { location: redirect }).end();
    if (!isPublic && headers.authorization !== 'Bearer granted') {
      const challenge = `Bearer realm="${realm ?? '/token'}",service="registry",scope="repository:pyairtable/api-gateway:pull"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
    response.writeHead(
      manifest.status,
      manifest.digest === undefined ? {} : { 'docker-content-digest': manifest.digest },
    );
    response.end(manifest.body ?? '{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry = createOciRegistry(async () => base, { read: async () => ({ username: 'robot', password: 'pass' }) });
  return { registry, requests };
}
const image = 'ghcr.io/pyairtable/api-gateway';

describe('the registry', () => {
  it('is asked for the tag below the configured address, whatever host the image names', async () => {
    const { registry, requests } = await open({ isPublic: true });
    expect(await registry.findDigest(image, 'sha-a')).toBe(digest);
    expect(requests.map(({ path }) => path)).toEqual(['/v2/pyairtable/api-gateway/manifests/sha-a']);
  });

  it('is asked with a token that was fetched as the challenge says', async () => {
    const { registry, requests } = await open();
    expect(await registry.findDigest(image, 'sha-a')).toBe(digest);
    expect(requests[1]).toEqual({
      path: '/token?service=registry&scope=repository%3Apyairtable%2Fapi-gateway%3Apull',
      authorization: `Basic ${Buffer.from('robot:pass').toString('base64')}`,
    });
    expect(requests[2]?.authorization).toBe('Bearer granted');
  });

  it('sends no credentials where a challenge would lead them in the clear', async () => {
    const { registry, requests } = await open({ realm: 'http://169.254.169.254/token' });
    await expect(registry.findDigest(image, 'sha-a')).rejects.toMatchObject({ name: 'ForbiddenError' });
    expect(requests).toHaveLength(1);
  });

  it('is not followed elsewhere', async () => {
    const { registry } = await open({ redirect: 'http://169.254.169.254/' });
    await expect(registry.findDigest(image, 'sha-a')).rejects.toMatchObject({ name: 'UpstreamUnavailableError' });
  });

  it('has no digest under a tag that does not exist', async () => {
    const { registry } = await open({ isPublic: true, manifest: { status: 404 } });
    expect(await registry.findDigest(image, 'sha-a')).toBeUndefined();
  });

  it('need not name the digest: it is that of the manifest', async () => {
    const { registry } = await open({ isPublic: true, manifest: { status: 200, body: '{"x":1}' } });
    expect(await registry.findDigest(image, 'sha-a')).toBe(
      `sha256:${createHash('sha256').update('{"x":1}').digest('hex')}`,
    );
  });

  it.each([
    [403, 'ForbiddenError'],
    [429, 'ThrottledError'],
    [500, 'UpstreamUnavailableError'],
  ])('that answers %s is a %s', async (status, name) => {
    const { registry } = await open({ isPublic: true, manifest: { status } });
    await expect(registry.findDigest(image, 'sha-a')).rejects.toMatchObject({ name });
  });

  it('that names something else than a SHA-256 is not believed', async () => {
    const { registry } = await open({ isPublic: true, manifest: { status: 200, digest: 'md5:1' } });
    await expect(registry.findDigest(image, 'sha-a')).rejects.toMatchObject({ name: 'UpstreamUnavailableError' });
  });
});
