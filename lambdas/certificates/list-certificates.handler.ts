// Step ListCertificates of check-certificates.
import { listCertificatesTask } from '../../contracts/workflows/check-certificates.ts';
import { planChecks } from '../../core/certificates/plan-checks.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';

const configuration = readConfiguration();

/** Says which names are to be checked: all, those that are asked for, or those that ACM speaks of. */
export const handler = defineTask({
  ...listCertificatesTask,
  async handle(input) {
    return { batches: planChecks(configuration, input), concurrency: configuration.certificates.concurrency };
  },
});
