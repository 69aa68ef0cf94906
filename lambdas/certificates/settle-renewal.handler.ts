// Step SettleRenewal of renew-certificate: records the end, gives back the right to renew, and tells.
import { settleRenewalTask } from '../../contracts/workflows/renew-certificate.ts';
import { settleRenewal } from '../../core/certificates/carry-out-renewal.ts';
import { connectRenewalMemory } from '../adapters/connect-renewals.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const configuration = readConfiguration();
const parts = connectRenewalMemory(configuration, environment);

/** Repeatable: the record is written once, and an event that comes twice edits the same message. */
export const handler = defineTask({
  ...settleRenewalTask,
  handle: async (input) => await settleRenewal(parts, input),
});
