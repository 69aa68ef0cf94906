// Steps ReadIssuance and ReadServing of renew-certificate.
import { followRenewalTask } from '../../contracts/workflows/renew-certificate.ts';
import { followRenewal } from '../../core/certificates/carry-out-renewal.ts';
import { connectRenewalView } from '../adapters/connect-renewals.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const parts = connectRenewalView(configuration, environment.ADDRESSES_PARAMETER_PATH);

/** Says how far it is, and when to look again. */
export const handler = defineTask({
  ...followRenewalTask,
  handle: async (input) => await followRenewal(parts, input),
});
