// Step RestartConsumers of renew-certificate.
import { restartConsumersTask } from '../../contracts/workflows/renew-certificate.ts';
import { getEndpoint } from '../../core/certificates/plan-renewal.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { createCertificateIssuance } from '../adapters/kubernetes-certificate-issuance.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const { certificates, environments } = readConfiguration();
const issuance = createCertificateIssuance(environments, connectClusters());

/** Nothing changes in Git: what is wanted is the same, only its pods are made anew, pod by pod. */
export const handler = defineTask({
  ...restartConsumersTask,
  handle: async ({ renewal: { name }, restartedAt }) => ({
    restarted: await issuance.restart(getEndpoint(certificates, name), restartedAt),
  }),
});
