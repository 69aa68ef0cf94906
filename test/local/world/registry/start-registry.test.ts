// The registry answers the pull side of the OCI distribution API with images that are what their digests say.
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Registry, startRegistry } from '../../../../local/world/registry/start-registry.ts';

const repository = 'pyairtable/api-gateway';
let directory: string;
let registry: Registry;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'registry-'));
  registry = await startRegistry({ directory });
});
afterEach(() => registry.stop());

const get = (path: string, method = 'GET') => fetch(`${registry.url}${path}`, { method });

describe('a pushed image', () => {
  it('is found by tag and by digest, and every digest is that of the bytes', async () => {
    const digest = await registry.pushImage({ repository, tag: 'sha-1' });
    const head = await get(`/v2/${repository}/manifests/sha-1`, 'HEAD');
    expect([head.status, head.headers.get('docker-content-digest')]).toEqual([200, digest]);
    const text = await (await get(`/v2/${repository}/manifests/${digest}`)).text();
    expect(`sha256:${createHash('sha256').update(text).digest('hex')}`).toBe(digest);
    const { config, layers } = JSON.parse(text);
    for (const descriptor of [config, ...layers]) {
      const blob = Buffer.from(await (await get(`/v2/${repository}/blobs/${descriptor.digest}`)).arrayBuffer());
      expect([`sha256:${createHash('sha256').update(blob).digest('hex')}`, blob.length]).toEqual([
        descriptor.digest,
        descriptor.size,
      ]);
    }
  });

  it('has the same digest when it is built again, and another one for another tag', async () => {
    const first = await registry.pushImage({ repository, tag: 'sha-1' });
    expect(await registry.pushImage({ repository, tag: 'sha-1' })).toBe(first);
    expect(await registry.pushImage({ repository, tag: 'sha-2' })).not.toBe(first);
    expect(await (await get(`/v2/${repository}/tags/list`)).json()).toEqual({
      name: repository,
      tags: ['sha-1', 'sha-2'],
    });
  });

  it('tells its tag by digest, with or without the registry in front', async () => {
    const digest = await registry.pushImage({ repository, tag: 'sha-crash' });
    expect(registry.describeImage(`ghcr.io/${repository}@${digest}`)?.tag).toBe('sha-crash');
    expect(registry.describeImage(`${repository}:sha-crash`)?.tag).toBe('sha-crash');
    expect(registry.describeImage(`ghcr.io/${repository}:other`)).toBeUndefined();
  });

  it('cannot be pulled once it is deleted', async () => {
    const digest = await registry.pushImage({ repository, tag: 'sha-1' });
    await registry.deleteImage(repository, digest);
    const response = await get(`/v2/${repository}/manifests/sha-1`);
    expect([response.status, await response.json()]).toEqual([
      404,
      { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: null }] },
    ]);
  });

  it('is still there after a restart', async () => {
    const digest = await registry.pushImage({ repository, tag: 'sha-1' });
    await registry.stop();
    registry = await startRegistry({ directory });
    expect((await get(`/v2/${repository}/manifests/${digest}`)).status).toBe(200);
  });
});

describe('a client that pushes', () => {
  const upload = async (bytes: string): Promise<string> => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const started = await fetch(`${registry.url}/v2/acme/pushed/blobs/uploads/`, { method: 'POST' });
    const location = `${registry.url}${started.headers.get('location')}`;
    await fetch(location, { method: 'PATCH', body: bytes });
    const finished = await fetch(`${location}?digest=${digest}`, { method: 'PUT' });
    expect([finished.status, finished.headers.get('docker-content-digest')]).toEqual([201, digest]);
    return digest;
  };
  const putManifest = (config: string) =>
    fetch(`${registry.url}/v2/acme/pushed/manifests/v1`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: JSON.stringify({ schemaVersion: 2, config: { digest: config }, layers: [] }),
    });

  it('uploads blobs in pieces, then the manifest that names them', async () => {
    const config = await upload(JSON.stringify({ config: { Labels: { behaviour: 'crash' } } }));
    expect((await putManifest(config)).status).toBe(201);
    expect(registry.describeImage('ghcr.io/acme/pushed:v1')).toMatchObject({
      tag: 'v1',
      labels: { behaviour: 'crash' },
    });
  });

  it('cannot name a blob that is not there', async () => {
    const response = await putManifest(`sha256:${'0'.repeat(64)}`);
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { errors: [{ code: 'MANIFEST_BLOB_UNKNOWN' }] },
    ]);
  });

  it('reads tags in pages', async () => {
    for (const tag of ['a', 'b', 'c']) await registry.pushImage({ repository, tag });
    const first = await get(`/v2/${repository}/tags/list?n=2`);
    expect(await first.json()).toEqual({ name: repository, tags: ['a', 'b'] });
    expect(first.headers.get('link')).toBe(`</v2/${repository}/tags/list?last=b&n=2>; rel="next"`);
  });
});

describe('with token authentication', () => {
  it('sends a client for a token first, and gives it to who knows the password only', async () => {
    await registry.stop();
    registry = await startRegistry({ directory, tokenAuthentication: { password: 'sesame' } });
    const digest = await registry.pushImage({ repository, tag: 'sha-1' });
    const refused = await get(`/v2/${repository}/manifests/sha-1`);
    const challenge = refused.headers.get('www-authenticate') ?? '';
    expect([refused.status, challenge]).toEqual([
      401,
      `Bearer realm="${registry.url}/token",service="${new URL(registry.url).host}",scope="repository:${repository}:pull"`,
    ]);
    expect((await get('/token')).status).toBe(401);
    const basic = `Basic ${Buffer.from('ada:sesame').toString('base64')}`;
    const { token } = (await (await fetch(`${registry.url}/token`, { headers: { authorization: basic } })).json()) as {
      token: string;
    };
    const allowed = await fetch(`${registry.url}/v2/${repository}/manifests/sha-1`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(allowed.headers.get('docker-content-digest')).toBe(digest);
  });
});

it('fails on order', async () => {
  await registry.pushImage({ repository, tag: 'sha-1' });
  registry.inject({ method: 'GET', path: '/v2/{name...}/manifests/{reference}', status: 503 });
  const statuses = [];
  for (const method of ['HEAD', 'GET', 'GET'])
    statuses.push((await get(`/v2/${repository}/manifests/sha-1`, method)).status);
  expect(statuses).toEqual([200, 503, 200]);
});
