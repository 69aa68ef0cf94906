// Whether an image can be pulled in the recovery region, and how it gets there when it cannot.
import { ECRClient } from '@aws-sdk/client-ecr';
import type { Configuration } from '../../config/schema.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { connectRegistry } from './connect-registry.ts';
import { createEcrImages, startBackfill } from './ecr-images.ts';

/** Of ECR in `region` (the function's own when absent); any other registry is the same one for both regions. */
export function connectImages(
  configuration: Pick<Configuration, 'registry'>,
  environment: Parameters<typeof connectRegistry>[1],
  region?: string,
): (image: string, digest: string) => Promise<boolean> {
  if (configuration.registry.kind === 'ecr')
    return createEcrImages(new ECRClient({ ...awsClientOptions, ...(region === undefined ? {} : { region }) }));
  const registry = connectRegistry(configuration, environment);
  return async (image, digest) => (await registry.readManifest(image, digest)) !== undefined;
}

/** Undefined where nothing is replicated. */
export function connectBackfill({
  registry,
  services,
  aws,
}: Pick<Configuration, 'registry' | 'services' | 'aws'>): (() => Promise<boolean>) | undefined {
  if (registry.kind !== 'ecr') return undefined;
  const client = new ECRClient(awsClientOptions);
  // All are of one account: the configuration is checked for it.
  const registryId = Object.values(services)[0]?.image.split('.')[0] ?? '';
  return () => startBackfill(client, { region: aws.recoveryRegion, registryId });
}
