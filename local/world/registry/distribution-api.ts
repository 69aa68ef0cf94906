// The OCI distribution API: pulling, and as much of pushing as clients need (https://github.com/opencontainers/distribution-spec/blob/main/spec.md).
import { randomUUID } from 'node:crypto';
import { answerJson, type HttpAnswer, type HttpRequest } from '../http-server.ts';
import { createRouter } from '../path-pattern.ts';
import type { BlobStore } from './blob-store.ts';
import { digestOf, MANIFEST_TYPE } from './build-image.ts';
import { findManifestDigest, hasRepository, listTags, type RegistryState, removeReference } from './registry-state.ts';

export interface RegistryApi {
  readonly state: RegistryState;
  readonly blobs: BlobStore;
  /** Of pushes that are not complete: bytes by upload id. */
  readonly uploads: Map<string, Buffer>;
}

interface Call extends RegistryApi {
  readonly request: HttpRequest;
  readonly repository: string;
  readonly reference: string;
}

type ErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_UNKNOWN'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED';

/** A refusal in the API's form. */
export function answerRefusal(
  status: number,
  code: ErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return answerJson(status, { errors: [{ code, message, detail: null }] }, headers);
}

type Handle = (call: Call) => Promise<HttpAnswer> | HttpAnswer;
const route = (method: string, path: string, handle: Handle) => ({ method, path, handle });

const findRoute = createRouter([
  route('GET', '/v2/', () => answerJson(200, {})),
  route('GET', '/v2/{repository...}/tags/list', answerTags),
  route('GET', '/v2/{repository...}/manifests/{reference}', answerManifest),
  route('PUT', '/v2/{repository...}/manifests/{reference}', putManifest),
  route('DELETE', '/v2/{repository...}/manifests/{reference}', deleteManifest),
  route('POST', '/v2/{repository...}/blobs/uploads/', startUpload),
  route('PATCH', '/v2/{repository...}/blobs/uploads/{reference}', continueUpload),
  route('PUT', '/v2/{repository...}/blobs/uploads/{reference}', finishUpload),
  route('GET', '/v2/{repository...}/blobs/{reference}', answerBlob),
]);

/** Answers one request. */
export async function handleDistributionRequest(api: RegistryApi, request: HttpRequest): Promise<HttpAnswer> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = findRoute(method, request.path === '/v2' ? '/v2/' : request.path);
  const answer = found
    ? await found.route.handle({
        ...api,
        request,
        repository: found.parameters.repository ?? '',
        reference: found.parameters.reference ?? '',
      })
    : answerRefusal(404, 'UNSUPPORTED', 'the operation is unsupported');
  return { ...answer, headers: { 'docker-distribution-api-version': 'registry/2.0', ...answer.headers } };
}

function answerTags({ state, request, repository }: Call): HttpAnswer {
  if (!hasRepository(state, repository))
    return answerRefusal(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const last = request.query.get('last') ?? '';
  const limit = Number.parseInt(request.query.get('n') ?? '', 10);
  const rest = listTags(state, repository).filter((tag) => tag > last);
  const tags = limit >= 0 ? rest.slice(0, limit) : rest;
  const next = new URLSearchParams({ last: tags.at(-1) ?? '', n: String(limit) });
  const hasMore = tags.length > 0 && tags.length < rest.length;
  const page = { name: repository, tags };
  return hasMore ? answerJson(200, page, { link: `<${request.path}?${next}>; rel="next"` }) : answerJson(200, page);
}

async function answerManifest({ state, blobs, repository, reference }: Call): Promise<HttpAnswer> {
  const digest = findManifestDigest(state, repository, reference);
  const record = state.manifests.get(`${repository}@${digest}`);
  const bytes = digest && (await blobs.find(digest));
  if (!record || !bytes) return answerRefusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const headers = { 'content-type': record.mediaType, 'docker-content-digest': digest, etag: `"${digest}"` };
  return { status: 200, headers, body: bytes };
}

async function putManifest({ state, blobs, request, repository, reference }: Call): Promise<HttpAnswer> {
  let manifest: { mediaType?: string; config?: { digest?: string }; layers?: { digest?: string }[] };
  try {
    manifest = JSON.parse(request.body.toString('utf8'));
  } catch {
    return answerRefusal(400, 'MANIFEST_INVALID', 'manifest invalid');
  }
  const digest = digestOf(request.body);
  const isByDigest = reference.startsWith('sha256:');
  if (isByDigest && reference !== digest) {
    return answerRefusal(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  }
  for (const needed of [manifest.config, ...(manifest.layers ?? [])]) {
    if (needed?.digest !== undefined && !(await blobs.find(needed.digest))) {
      return answerRefusal(404, 'MANIFEST_BLOB_UNKNOWN', `blob unknown to registry: ${needed.digest}`);
    }
  }
  await blobs.put(request.body);
  const mediaType = manifest.mediaType ?? request.headers['content-type'] ?? MANIFEST_TYPE;
  const labels = await readLabels(blobs, manifest.config?.digest);
  state.manifests.put(`${repository}@${digest}`, { mediaType, labels, ...(!isByDigest && { tag: reference }) });
  if (!isByDigest) state.tags.put(`${repository}:${reference}`, digest);
  await state.flush();
  const headers = { location: `/v2/${repository}/manifests/${digest}`, 'docker-content-digest': digest };
  return { status: 201, headers };
}

async function readLabels(blobs: BlobStore, digest: string | undefined): Promise<Record<string, string>> {
  const bytes = digest === undefined ? undefined : await blobs.find(digest);
  if (!bytes) return {};
  try {
    const configuration = JSON.parse(bytes.toString('utf8')) as { config?: { Labels?: Record<string, string> } };
    return configuration.config?.Labels ?? {};
  } catch {
    // Other artifacts than images have configurations of their own kind.
    return {};
  }
}

async function deleteManifest({ state, repository, reference }: Call): Promise<HttpAnswer> {
  if (!removeReference(state, repository, reference)) return answerRefusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  await state.flush();
  return { status: 202 };
}

async function answerBlob({ blobs, reference }: Call): Promise<HttpAnswer> {
  const bytes = await blobs.find(reference);
  if (!bytes) return answerRefusal(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': reference };
  return { status: 200, headers, body: bytes };
}

async function startUpload(call: Call): Promise<HttpAnswer> {
  const { request, repository, uploads } = call;
  if (request.query.has('digest')) return storeBlob(call, request.body);
  const id = randomUUID();
  uploads.set(id, Buffer.alloc(0));
  const headers = { location: `/v2/${repository}/blobs/uploads/${id}`, 'docker-upload-uuid': id, range: '0-0' };
  return { status: 202, headers };
}

function continueUpload({ uploads, request, repository, reference }: Call): HttpAnswer {
  const known = uploads.get(reference);
  if (!known) return answerRefusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  const bytes = Buffer.concat([known, request.body]);
  uploads.set(reference, bytes);
  const range = `0-${Math.max(0, bytes.length - 1)}`;
  const headers = { location: `/v2/${repository}/blobs/uploads/${reference}`, 'docker-upload-uuid': reference, range };
  return { status: 202, headers };
}

async function finishUpload(call: Call): Promise<HttpAnswer> {
  const known = call.uploads.get(call.reference);
  if (!known) return answerRefusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  call.uploads.delete(call.reference);
  return storeBlob(call, Buffer.concat([known, call.request.body]));
}

async function storeBlob({ blobs, request, repository }: Call, bytes: Buffer): Promise<HttpAnswer> {
  const digest = digestOf(bytes);
  if (request.query.get('digest') !== digest) {
    return answerRefusal(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
  }
  await blobs.put(bytes);
  const headers = { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest };
  return { status: 201, headers };
}
