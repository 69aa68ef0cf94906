// Step RunSmokeTests of promote-release and rollback-release.
import { runSmokeTestsTask } from '../../contracts/workflows/rollout.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { runSmokeTests } from '../../core/promotion/run-smoke-tests.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { createKubernetesServiceProbe } from '../adapters/kubernetes-service-probe.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { systemClock } from '../platform/system-clock.ts';

const configuration = readConfiguration();
const clusterOf = connectClusters();

/** Asks the promoted services, at the phase's addresses, what their smoke tests say, inside their cluster. */
export const handler = defineTask({
  ...runSmokeTestsTask,
  async handle({ promotion, services, targets }) {
    const target = getEnvironment(configuration, promotion.environment);
    const probe = createKubernetesServiceProbe(clusterOf(target.cluster), (name) => {
      const { deployment = name, namespace, port } = getService(configuration, name);
      const { address = deployment } = targets.find(({ service }) => service === name) ?? {};
      return { namespace: namespace?.[promotion.environment] ?? target.namespace, name: address, port };
    });
    const report = await runSmokeTests(configuration, { probe, clock: systemClock }, services);
    return { ...report, results: [...report.results] };
  },
});
