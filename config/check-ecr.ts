// What must hold where the images are in Amazon ECR.
import type { Configuration } from './schema.ts';

const ecrImage = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/[a-z0-9._/-]+$/;

/** One registry has them all: that of the account in the primary region. */
export function checkEcr(
  { registry, services, aws }: Pick<Configuration, 'registry' | 'services' | 'aws'>,
  refuse: (path: PropertyKey[], message: string) => void,
): void {
  if (registry.kind !== 'ecr') {
    if (registry.setsReplication) refuse(['registry', 'setsReplication'], 'needs kind: ecr');
    return;
  }
  const accounts = new Set<string>();
  for (const [service, { image }] of Object.entries(services)) {
    const [, account = '', region] = ecrImage.exec(image) ?? [];
    if (region === aws.primaryRegion) accounts.add(account);
    else
      refuse(
        ['services', service, 'image'],
        `must be <account>.dkr.ecr.${aws.primaryRegion}.amazonaws.com/<repository>, as registry.kind is ecr`,
      );
  }
  if (accounts.size > 1) refuse(['services'], `must have their images in one account, got ${[...accounts].join(', ')}`);
}
