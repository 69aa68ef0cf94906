// Step PlanRenewal of renew-certificate: whether and how, and the right to do it.
import { planRenewalTask } from '../../contracts/workflows/renew-certificate.ts';
import { planRenewal } from '../../core/certificates/begin-renewal.ts';
import { connectRenewalMemory, connectRenewalView } from '../adapters/connect-renewals.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const parts = {
  ...connectRenewalView(configuration, environment.ADDRESSES_PARAMETER_PATH),
  ...connectRenewalMemory(configuration, environment),
};

/** Takes the lease unless only the plan is asked for. */
export const handler = defineTask({
  ...planRenewalTask,
  handle: async (input) => await planRenewal(parts, input),
});
