// An image registry on this machine: the pull side of the OCI distribution API, over manifests and blobs on disk.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md
import { mkdir } from 'node:fs/promises';
import { openJournalStore } from '../../storage/journal-store.ts';
import { createFaultRules, type HttpFault } from '../fault-rules.ts';
import { answerJson, type HttpAnswer, type HttpRequest, startHttpServer } from '../http-server.ts';
import { createRouter, type PathParameters } from '../path-pattern.ts';
import type { WorldOptions } from '../world-options.ts';
import { buildImage, digestOf } from './build-image.ts';
import { ImageStore } from './image-store.ts';

export interface Registry {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Makes an image as a build would push it, and tags it; the same repository, tag and labels give the same digest. */
  pushImage(image: { repository: string; tag: string; labels?: Readonly<Record<string, string>> }): Promise<string>;
  /** Removes a manifest: its digest and all its tags can no longer be pulled. */
  deleteImage(repository: string, digest: string): Promise<void>;
  /** What is known of an image reference (`host/name@sha256:…` or `host/name:tag`); undefined when it is not in this registry. */
  describeImage(image: string): { readonly tag: string; readonly labels: Readonly<Record<string, string>> } | undefined;
  inject(fault: HttpFault): void;
  stop(): Promise<void>;
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly answer: (parameters: PathParameters, request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;
}

/** Starts the registry, or goes on with what an earlier run left in its directory. */
export async function startRegistry(options: WorldOptions): Promise<Registry> {
  await mkdir(options.directory, { recursive: true });
  const store = await openJournalStore(options.directory);
  const images = new ImageStore(store);
  const faults = createFaultRules();

  const readManifest = ({ name = '', reference = '' }: PathParameters): HttpAnswer => {
    const manifest = images.findManifest(name, reference);
    if (manifest === undefined) return refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': manifest.digest };
    return { status: 200, headers, body: manifest.body };
  };
  const readBlob = ({ digest = '' }: PathParameters): HttpAnswer => {
    const blob = images.findBlob(digest);
    if (blob === undefined) return refuse(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': digest },
      body: blob,
    };
  };
  const routes: readonly Route[] = [
    { method: 'GET', path: '/v2/', answer: () => answerJson(200, {}) },
    { method: 'GET', path: '/v2/{name...}/manifests/{reference}', answer: readManifest },
    { method: 'HEAD', path: '/v2/{name...}/manifests/{reference}', answer: readManifest },
    { method: 'GET', path: '/v2/{name...}/blobs/{digest}', answer: readBlob },
    { method: 'HEAD', path: '/v2/{name...}/blobs/{digest}', answer: readBlob },
    {
      method: 'GET',
      path: '/v2/{name...}/tags/list',
      answer: ({ name = '' }) => {
        const tags = images.listTags(name);
        return tags.length === 0
          ? refuse(404, 'NAME_UNKNOWN', 'repository name not known to registry')
          : answerJson(200, { name, tags });
      },
    },
    {
      method: 'PUT',
      path: '/v2/{name...}/manifests/{reference}',
      answer: async ({ name = '', reference = '' }, { body, headers }) => {
        const digest = images.putManifest(name, reference, {
          body: body.toString(),
          mediaType: headers['content-type'] ?? '',
        });
        await store.flush();
        return {
          status: 201,
          headers: { location: `/v2/${name}/manifests/${digest}`, 'docker-content-digest': digest },
        };
      },
    },
  ];
  const findRoute = createRouter(routes);
  const server = await startHttpServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    faults,
    handle: (request) => {
      const found = findRoute(request.method, request.path);
      return found
        ? found.route.answer(found.parameters, request)
        : refuse(404, 'UNSUPPORTED', 'the operation is unsupported');
    },
  });

  return {
    url: server.url,
    async pushImage({ repository, tag, labels = {} }) {
      const image = buildImage({ repository, tag, labels });
      for (const blob of image.blobs) images.putBlob(digestOf(blob), blob);
      const digest = images.putManifest(repository, tag, { body: image.manifest, mediaType: image.mediaType });
      images.describe(repository, digest, { tag, labels });
      await store.flush();
      options.trace?.record({
        service: 'registry',
        name: 'image-pushed',
        subject: `${repository}:${tag}`,
        details: { digest },
      });
      return digest;
    },
    async deleteImage(repository, digest) {
      images.deleteManifest(repository, digest);
      await store.flush();
    },
    describeImage: (image) => images.findDescription(image),
    inject: (fault) => faults.inject(fault),
    async stop() {
      await server.stop();
      await store.close();
    },
  };
}

function refuse(status: number, code: string, message: string): HttpAnswer {
  return answerJson(status, { errors: [{ code, message, detail: null }] });
}
