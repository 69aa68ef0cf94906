// On every event of the bus: writes it into the index that answers what caused what.
import { buildEventRecord, busEventSchema } from '../../core/audit/build-event-record.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const ledger = connectLedger(readEnvironment(['LEDGER_TABLE_NAME']).LEDGER_TABLE_NAME);
const { eventDays } = readConfiguration().retention;

/** An event that comes twice is written once: its id is its key. */
export const handler = defineEventHandler({
  input: busEventSchema,
  async handle(event) {
    const record = buildEventRecord(event, eventDays);
    const { written } = await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
    return { eventId: record.eventId, written };
  },
});
