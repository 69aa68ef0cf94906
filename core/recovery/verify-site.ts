// Whether the services of an environment answer in the region that it moves to.
import type { Configuration } from '../../config/schema.ts';
import type { Clock } from '../clock.ts';
import { runSmokeTests, type ServiceProbe } from '../promotion/run-smoke-tests.ts';

/** All of the configuration, by their own smoke tests. A "no" is an answer: the next look may see a yes. */
export async function verifySite(
  configuration: Configuration,
  ports: { readonly probe: ServiceProbe; readonly clock: Clock },
): Promise<{ healthy: boolean; reason: string }> {
  const services = Object.entries(configuration.services).map(([name, { image, repository }]) => ({
    ...{ name, image, repository, version: '', commit: '' },
  }));
  const { passed, words } = await runSmokeTests(configuration, ports, services as never);
  return { healthy: passed, reason: words };
}
