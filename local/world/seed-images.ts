// What the image registry has at first, and what an image of it says of itself.
import type { Configuration } from '../../config/schema.ts';
import type { Registry } from './registry/start-registry.ts';

/** The tag of what runs before anything was promoted. */
const firstTag = 'bootstrap';

/** Pushes the first image of every service, and those that Jobs run. */
export async function seedImages(
  registry: Registry,
  { services }: Configuration,
  jobImages: readonly string[],
): Promise<void> {
  for (const { image } of Object.values(services)) {
    await registry.pushImage({ repository: repositoryOf(image), tag: firstTag });
  }
  for (const image of jobImages) await pushJobImage(registry, image);
}

/** What the registry must have, or no node can pull it. */
async function pushJobImage(registry: Registry, image: string): Promise<void> {
  const [, repository = '', tag] = /^(.*?)(?::([\w.-]+))?$/.exec(repositoryOf(image)) ?? [];
  await registry.pushImage({ repository, tag: tag ?? firstTag });
}

/** `ghcr.io/owner/name` → `owner/name`, as the registry itself calls it. */
function repositoryOf(image: string): string {
  return image.slice(image.indexOf('/') + 1);
}

/** The tag decides how a container behaves; a build can add a word to it by a label. */
export function describeImage(registry: Registry, image: string): { tag?: string; exists?: boolean } {
  const known = registry.describeImage(image);
  if (known === undefined) return { exists: false };
  const { tag, labels } = known;
  return { tag: labels.behaviour === undefined ? tag : `${tag}-${labels.behaviour}` };
}
