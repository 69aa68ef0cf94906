// Step VerifySite of fail-over.
import { S3Client } from '@aws-sdk/client-s3';
import { verifySiteTask } from '../../contracts/workflows/fail-over.ts';
import { getEnvironment, getService } from '../../core/configuration/get-configured.ts';
import { atSite } from '../../core/recovery/recovery-side.ts';
import { verifySite } from '../../core/recovery/verify-site.ts';
import { connectSites } from '../adapters/connect-sites.ts';
import { readApplication } from '../adapters/kubernetes-rollout-reader.ts';
import { createKubernetesServiceProbe } from '../adapters/kubernetes-service-probe.ts';
import { createS3BackupObjects } from '../adapters/s3-backup-objects.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { systemClock } from '../platform/system-clock.ts';

const configuration = readConfiguration();
const clustersAt = connectSites(configuration);

const { findResult } = createS3BackupObjects(new S3Client(awsClientOptions));

/** Asks in the cluster of the region that the environment moves to. */
export const handler = defineTask({
  ...verifySiteTask,
  async handle({ environment, to, restores }) {
    const side = atSite(configuration, to);
    const { cluster, namespace: home, argoNamespace, argoApplication } = getEnvironment(side, environment);
    const client = clustersAt(to)(cluster);
    const probe = createKubernetesServiceProbe(client, (name) => {
      const { deployment = name, namespace, port } = getService(configuration, name);
      return { namespace: namespace?.[environment] ?? home, name: deployment, port };
    });
    const readOurs = () => readApplication(client, argoNamespace, argoApplication);
    return await verifySite(side, { probe, clock: systemClock, readApplication: readOurs, findResult }, restores);
  },
});
