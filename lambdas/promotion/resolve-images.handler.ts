// Step ResolveImages of promote-release.
import { resolveImagesTask } from '../../contracts/workflows/promote-release.ts';
import { formatTime } from '../../core/clock.ts';
import { resolveImages } from '../../core/promotion/resolve-images.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { connectRegistry } from '../adapters/connect-registry.ts';
import { createDynamoReleaseStore } from '../adapters/dynamo-release-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'REGISTRY_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const ports = {
  releases: createDynamoReleaseStore(connectLedger(environment.LEDGER_TABLE_NAME)),
  registry: connectRegistry(configuration, environment),
};

/** Finds the digest of each image; one that has none comes back with the reason, for the gate to judge. */
export const handler = defineTask({
  ...resolveImagesTask,
  handle: async ({ promotion }) => ({
    services: await resolveImages(configuration, ports, promotion, formatTime(systemClock.now())),
  }),
});
