// Asks an image registry for digests, by the OCI distribution API with its token authentication.
import { createHash } from 'node:crypto';
import { AppError } from '../../core/app-error.ts';
import type { ImageRegistry } from '../../core/promotion/resolve-images.ts';
import type { AddressReader } from './address-reader.ts';
import type { SecretReader } from './secret-reader.ts';

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const timeoutMilliseconds = 8_000;
const maximumBytes = 4 * 1024 * 1024;

export interface OciRegistry extends ImageRegistry {
  /** The manifest's bytes; undefined when there is none. */
  readManifest(image: string, reference: string): Promise<Uint8Array | undefined>;
  /** The blob's bytes, which are those that its digest promises. */
  readBlob(image: string, digest: string): Promise<Uint8Array>;
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export function createOciRegistry(
  address: AddressReader,
  secret: SecretReader<{ readonly username?: string | undefined; readonly password?: string | undefined }>,
): OciRegistry {
  return {
    async findDigest(image, tag) {
      const response = await get(image, `manifests/${encodeURIComponent(tag)}`);
      if (response === undefined) return undefined;
      const digest = response.headers.get('docker-content-digest') ?? digestOf(await readBytes(response));
      if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
        throw new AppError('UpstreamUnavailableError', `the registry's digest of ${image}:${tag} is not a SHA-256`);
      }
      return digest;
    },
    async readManifest(image, reference) {
      const response = await get(image, `manifests/${encodeURIComponent(reference)}`);
      return response === undefined ? undefined : await readBytes(response);
    },
    async readBlob(image, digest) {
      const response = await get(image, `blobs/${encodeURIComponent(digest)}`);
      const bytes = response === undefined ? undefined : await readBytes(response);
      if (bytes !== undefined && digestOf(bytes) === digest) return bytes;
      throw new AppError('UpstreamUnavailableError', `the registry's blob ${digest} of ${image} is missing or another`);
    },
  };

  /** Undefined when there is no such thing. */
  async function get(image: string, path: string): Promise<Response | undefined> {
    const base = await address('registry-url');
    const url = `${base}/v2/${withoutHost(image)}/${path}`;
    // Registries keep blobs elsewhere; what comes from there is checked against the digest. Nothing else is redirected.
    const redirect = path.startsWith('blobs/') ? 'follow' : 'error';
    let response = await request(url, {}, redirect);
    if (response.status === 401) response = await request(url, await authorize(base, response), redirect);
    if (response.status === 404) return undefined;
    if (response.status === 401 || response.status === 403) {
      throw new AppError('ForbiddenError', `the registry refuses ${image} (${response.status}): check its secret`);
    }
    if (response.status === 429) throw new AppError('ThrottledError', `the registry asks us to slow down for ${image}`);
    if (!response.ok)
      throw new AppError('UpstreamUnavailableError', `the registry answered ${response.status} for ${image}`);
    return response;
  }

  /** @see https://distribution.github.io/distribution/spec/auth/token/ */
  async function authorize(base: string, response: Response): Promise<Record<string, string>> {
    const challenge = response.headers.get('www-authenticate') ?? '';
    const { username, password } = await secret.read();
    const basic =
      username && password ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : undefined;
    if (!challenge.toLowerCase().startsWith('bearer ')) return basic === undefined ? {} : { authorization: basic };
    const parameters = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [String(name), String(value)]),
    );
    const realm = new URL(parameters.realm ?? '', base);
    // Credentials go to the registry's own host or over TLS; a challenge cannot send them elsewhere in the clear.
    if (realm.protocol !== 'https:' && realm.host !== new URL(base).host) {
      throw new AppError(
        'ForbiddenError',
        `the registry names ${realm.host} for tokens, which is not reached over TLS`,
      );
    }
    for (const name of ['service', 'scope']) {
      const value = parameters[name];
      if (value !== undefined) realm.searchParams.set(name, value);
    }
    const answer = await request(realm.href, basic === undefined ? {} : { authorization: basic });
    if (!answer.ok) return {};
    const { token, access_token: accessToken } = (await answer.json()) as { token?: string; access_token?: string };
    return { authorization: `Bearer ${token ?? accessToken ?? ''}` };
  }
}

/** `ghcr.io/owner/name` → `owner/name`: where it is reached is configuration, not part of the name. */
function withoutHost(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return first.includes('.') || first.includes(':') || first === 'localhost' ? rest.join('/') : image;
}

async function request(
  url: string,
  headers: Record<string, string>,
  redirect: 'error' | 'follow' = 'error',
): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { accept: manifestTypes, ...headers },
      redirect,
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  } catch (cause) {
    const { host } = new URL(url);
    throw new AppError('UpstreamUnavailableError', `the registry at ${host} cannot be reached`, { cause });
  }
}

async function readBytes(response: Response): Promise<Buffer> {
  const body = Buffer.from(await response.arrayBuffer());
  if (body.byteLength <= maximumBytes) return body;
  throw new AppError(
    'UpstreamUnavailableError',
    `the registry sent ${body.byteLength} bytes, at most ${maximumBytes} are read`,
  );
}

function digestOf(body: Uint8Array): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}
