// Step VerifySite of fail-over.
import { verifySiteTask } from '../../contracts/workflows/fail-over.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { atSite } from '../../core/recovery/recovery-side.ts';
import { verifySite } from '../../core/recovery/verify-site.ts';
import { connectSites } from '../adapters/connect-sites.ts';
import { createKubernetesServiceProbe } from '../adapters/kubernetes-service-probe.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { systemClock } from '../platform/system-clock.ts';

const configuration = readConfiguration();
const clustersAt = connectSites(configuration);

/** Asks the services in the cluster of the region that the environment moves to. */
export const handler = defineTask({
  ...verifySiteTask,
  async handle({ environment, to }) {
    const side = atSite(configuration, to);
    const target = getEnvironment(side, environment);
    const probe = createKubernetesServiceProbe(clustersAt(to)(target.cluster), (name) => {
      const { deployment = name, namespace, port } = getService(configuration, name);
      return { namespace: namespace?.[environment] ?? target.namespace, name: deployment, port };
    });
    return await verifySite(side, { probe, clock: systemClock });
  },
});
