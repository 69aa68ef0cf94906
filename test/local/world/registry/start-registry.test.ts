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
