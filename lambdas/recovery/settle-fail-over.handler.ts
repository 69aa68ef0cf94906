// Steps of fail-over that write down how far it is, and tell people.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { settleFailOverTask } from '../../contracts/workflows/fail-over.ts';
import { settleFailOver } from '../../core/recovery/settle-fail-over.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const parts = {
  region: readConfiguration().aws.recoveryRegion,
  async put(record: Parameters<typeof ledger.put>[0]) {
    await ledger.put(record);
  },
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
  now: () => new Date().toISOString(),
};

export const handler = defineTask({ ...settleFailOverTask, handle: async (end) => await settleFailOver(parts, end) });
