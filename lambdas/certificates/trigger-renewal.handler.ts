// Step TriggerRenewal of renew-certificate.
import { triggerRenewalTask } from '../../contracts/workflows/renew-certificate.ts';
import { getEndpoint } from '../../core/certificates/plan-renewal.ts';
import { connectClusters } from '../adapters/connect-clusters.ts';
import { createCertificateIssuance } from '../adapters/kubernetes-certificate-issuance.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const { certificates, environments } = readConfiguration();
const issuance = createCertificateIssuance(environments, connectClusters());

/** An issuance that cert-manager has begun by itself is followed like one of ours. */
export const handler = defineTask({
  ...triggerRenewalTask,
  async handle({ renewal: { name, startedAt, revision } }) {
    const triggered = await issuance.trigger(getEndpoint(certificates, name), startedAt, revision);
    return {
      triggered,
      reason: triggered ? 'cert-manager was asked to issue' : 'cert-manager was at work already, or has issued it',
    };
  },
});
