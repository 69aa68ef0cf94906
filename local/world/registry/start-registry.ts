// Starts the image registry of the world: the OCI distribution API over images on disk.
import { join } from 'node:path';
import { openJournalStore } from '../../storage/journal-store.ts';
import { createFaultRules, type HttpFault } from '../fault-rules.ts';
import { type HttpServer, startHttpServer } from '../http-server.ts';
import { machineClock, type WorldOptions } from '../world-options.ts';
import { openBlobStore } from './blob-store.ts';
import { buildImage, MANIFEST_TYPE } from './build-image.ts';
import { answerRefusal, handleDistributionRequest } from './distribution-api.ts';
import { parseImageReference } from './image-reference.ts';
import { findManifestDigest, openRegistryState, removeReference } from './registry-state.ts';
import { createTokenAuthentication } from './token-authentication.ts';

export interface RegistryOptions extends WorldOptions {
  /** Ask every client for a token, as ghcr.io does; with a password only those who know it get one. */
  readonly tokenAuthentication?: { readonly password?: string };
}

export interface KnownImage {
  readonly digest: string;
  /** The tag of the reference, or the one under which the digest was pushed. */
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Registry {
  readonly url: string;
  /** Makes an image and tags it; gives its digest, the same one for the same repository, tag and labels. */
  pushImage(image: {
    readonly repository: string;
    readonly tag: string;
    readonly labels?: Readonly<Record<string, string>>;
  }): Promise<string>;
  /** Makes an image impossible to pull, by tag (a digest of it remains) or by digest (its tags go too). False when it is not there. */
  deleteImage(repository: string, reference: string): Promise<boolean>;
  /** What a container runtime would find under `host/owner/name:tag@digest`; undefined when it cannot be pulled. */
  describeImage(image: string): KnownImage | undefined;
  /** Makes the next matching requests fail. */
  inject(fault: HttpFault): void;
  clearFaults(): void;
  stop(): Promise<void>;
}

/** Starts the registry on its state directory. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { clock = machineClock, trace } = options;
  const store = await openJournalStore(join(options.directory, 'records'));
  const state = openRegistryState(store);
  const blobs = await openBlobStore(join(options.directory, 'blobs'));
  const uploads = new Map<string, Buffer>();
  const authentication =
    options.tokenAuthentication && createTokenAuthentication(() => clock.now(), options.tokenAuthentication.password);
  const faults = createFaultRules();
  const server: HttpServer = await startHttpServer({
    ...(options.port !== undefined && { port: options.port }),
    faults,
    handle: (request) =>
      authentication?.intercept(request, server.url) ?? handleDistributionRequest({ state, blobs, uploads }, request),
    describeFailure: (error) =>
      answerRefusal(500, 'UNSUPPORTED', error instanceof Error ? error.message : String(error)),
  });
  const record = (name: string, subject: string, details: Readonly<Record<string, unknown>>) =>
    trace?.record({ service: 'registry', name, subject, details });

  return {
    url: server.url,
    async pushImage({ repository, tag, labels = {} }) {
      const { manifest, configuration, layer } = buildImage(repository, tag, labels);
      const isKnown = findManifestDigest(state, repository, tag) === manifest.digest;
      if (isKnown) return manifest.digest;
      await Promise.all([manifest, configuration, layer].map(({ bytes }) => blobs.put(bytes)));
      state.manifests.put(`${repository}@${manifest.digest}`, { mediaType: MANIFEST_TYPE, labels, tag });
      state.tags.put(`${repository}:${tag}`, manifest.digest);
      await store.flush();
      record('image-pushed', `${repository}:${tag}`, { digest: manifest.digest, labels });
      return manifest.digest;
    },
    async deleteImage(repository, reference) {
      const isRemoved = removeReference(state, repository, reference);
      await store.flush();
      if (isRemoved) record('image-deleted', `${repository}:${reference}`, {});
      return isRemoved;
    },
    describeImage(image) {
      const { repository, tag, digest = tag ?? 'latest' } = parseImageReference(image);
      const found = findManifestDigest(state, repository, digest);
      const known = state.manifests.get(`${repository}@${found}`);
      if (found === undefined || !known) return undefined;
      return { digest: found, tag: tag ?? known.tag ?? '', labels: known.labels };
    },
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    async stop() {
      await server.stop();
      await store.close();
    },
  };
}
