// Signatures as cosign keeps them, in a real registry: lambdas/adapters/cosign-attester.ts.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCosignAttester } from '../../../lambdas/adapters/cosign-attester.ts';
import { createOciRegistry } from '../../../lambdas/adapters/oci-registry.ts';
import { type Registry, startRegistry } from '../../../local/world/registry/start-registry.ts';
import { buildService } from '../../core/promotion/promotion-builder.ts';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const strangers = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const image = 'ghcr.io/pyairtable/api-gateway';
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

let directory: string;
let registry: Registry;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cosign-'));
  registry = await startRegistry({ directory });
});
afterAll(async () => {
  await registry.stop();
  rmSync(directory, { recursive: true });
});

async function upload(path: string, body: Buffer, type: string): Promise<void> {
  const response = await fetch(`${registry.url}/v2/pyairtable/api-gateway/${path}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: new Uint8Array(body),
  });
  expect(response.status).toBe(201);
}

async function uploadBlob(body: Buffer): Promise<void> {
  const begun = await fetch(`${registry.url}/v2/pyairtable/api-gateway/blobs/uploads/`, { method: 'POST' });
  const location = new URL(begun.headers.get('location') ?? '', registry.url);
  location.searchParams.set('digest', digestOf(body));
  expect((await fetch(location, { method: 'PUT', body: new Uint8Array(body) })).status).toBe(201);
}

/** Pushes an image, and beside it what `cosign sign` would. */
async function push(
  tag: string,
  options: { readonly key?: typeof keys.privateKey; readonly signedDigest?: string } = {},
) {
  const digest = await registry.pushImage({ repository: 'pyairtable/api-gateway', tag });
  const service = buildService({ image, digest });
  if (options.key === undefined) return service;
  const identity = { 'docker-reference': image };
  const critical = {
    identity,
    image: { 'docker-manifest-digest': options.signedDigest ?? digest },
    type: 'cosign container image signature',
  };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  const config = Buffer.from('{}');
  await uploadBlob(payload);
  await uploadBlob(config);
  const layer = {
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    size: payload.length,
    digest: digestOf(payload),
    annotations: { 'dev.cosignproject.cosign/signature': sign('sha256', payload, options.key).toString('base64') },
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const configLayer = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    size: config.length,
    digest: digestOf(config),
  };
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: configLayer, layers: [layer] }));
  await upload(`manifests/${digest.replace(':', '-')}.sig`, manifest, mediaType);
  return service;
}

const attest = () =>
  createCosignAttester(
    createOciRegistry(async () => registry.url, { read: async () => ({}) }),
    publicKey,
  );

describe('an image', () => {
  it('signed by the configured key is accepted', async () => {
    expect(await attest()(await push('signed', { key: keys.privateKey }))).toEqual({
      isAccepted: true,
      words: 'signed by the configured key',
    });
  });

  it.each([
    ['not signed', {}, 'it is not signed: sign it with cosign'],
    ['signed by somebody else', { key: strangers.privateKey }, 'no signature is by the configured key'],
    [
      'with the signature of another image',
      { key: keys.privateKey, signedDigest: `sha256:${'9'.repeat(64)}` },
      'it is signed for another digest',
    ],
  ])('%s is not', async (name, options, words) => {
    expect(await attest()(await push(name.replaceAll(' ', '-'), options))).toEqual({ isAccepted: false, words });
  });

  it('of a registry that cannot be reached is neither', async () => {
    const away = createOciRegistry(async () => 'http://127.0.0.1:9', { read: async () => ({}) });
    await expect(createCosignAttester(away, publicKey)(buildService())).rejects.toMatchObject({
      name: 'UpstreamUnavailableError',
    });
  });
});
