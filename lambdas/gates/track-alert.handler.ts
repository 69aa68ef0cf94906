// On each alert and change of its state: remembers which critical ones fire, for the gates.
import * as z from 'zod/mini';
import { alertDetailSchema } from '../../contracts/events/alert.ts';
import { buildAlertRecord } from '../../core/gates/build-alert-record.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { putAlert } from '../adapters/dynamo-alert-book.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const ledger = connectLedger(readEnvironment(['LEDGER_TABLE_NAME']).LEDGER_TABLE_NAME);
const configuration = readConfiguration();

/** What is not critical, or speaks of no service of ours, holds up nothing. */
export const handler = defineEventHandler({
  input: z.object({ detail: alertDetailSchema }),
  async handle({ detail: { alert } }) {
    const record = buildAlertRecord(configuration, alert);
    return { tracked: record !== undefined && (await putAlert(ledger, record)) };
  },
});
