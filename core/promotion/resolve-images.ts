// Finds the digest of each service's image: the recorded one travels, the registry is asked for what is new.
import type { Configuration } from '../../config/schema.ts';
import type { ReleaseRecord } from '../../contracts/ledger/releases.ts';
import type { PlannedService, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';

/** The versions that the ledger knows. */
export interface ReleaseStore {
  findRelease(service: string, version: string): Promise<ReleaseRecord | undefined>;
  /** Records a version once: the first digest stays. Returns the one that counts. */
  recordRelease(release: Omit<ReleaseRecord, 'pk' | 'sk' | 'kind' | 'sortKey'>): Promise<ReleaseRecord>;
}

/** Where images come from. */
export interface ImageRegistry {
  /** Digest under a tag, `sha256:…`; undefined when there is none. */
  findDigest(image: string, tag: string): Promise<string | undefined>;
}

/** Resolves every service; one without image comes back with a `problem` for the gate to judge. Throws what the ports throw. */
export async function resolveImages(
  configuration: Configuration,
  ports: { readonly releases: ReleaseStore; readonly registry: ImageRegistry },
  promotion: Promotion,
  now: string,
): Promise<ResolvedService[]> {
  return await Promise.all(promotion.services.map(async (service) => await resolveOne(service)));

  async function resolveOne(service: PlannedService): Promise<ResolvedService> {
    const image = configuration.services[service.name]?.image;
    if (image === undefined) return { ...service, image: 'none', problem: `${service.name} is not configured` };
    const recorded = await ports.releases.findRelease(service.name, service.version);
    if (recorded !== undefined) return { ...service, image, digest: recorded.digest, origin: 'ledger' };
    if (promotion.recordedDigestsOnly) {
      return { ...service, image, problem: `no earlier environment has run ${service.name} ${service.version}` };
    }
    const digest = await ports.registry.findDigest(image, service.version);
    if (digest === undefined) return { ...service, image, problem: `${image} has no tag ${service.version}` };
    const release = await ports.releases.recordRelease({
      service: service.name,
      version: service.version,
      image,
      digest,
      repository: promotion.repository,
      commit: service.commit,
      recordedAt: now,
      correlationId: promotion.correlationId,
    });
    return { ...service, image, digest: release.digest, origin: 'registry' };
  }
}
