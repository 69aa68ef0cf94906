// Step RecordHomeFences of fence-home.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { recordHomeFencesTask } from '../../contracts/workflows/fence-home.ts';
import { formatTime } from '../../core/clock.ts';
import { recordHomeFences } from '../../core/recovery/fence-home.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoFenceStore } from '../adapters/dynamo-fence-store.ts';
import { createEventBridgePublisher } from '../adapters/event-bridge-publisher.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME']);
const { findSite, putUnmoved } = createDynamoFenceStore(connectLedger(environment.LEDGER_TABLE_NAME));
const parts = {
  ...{ findSite, putUnmoved, region: readConfiguration().aws.recoveryRegion },
  publisher: createEventBridgePublisher(new EventBridgeClient(awsClientOptions), environment.EVENT_BUS_NAME),
};

export const handler = defineTask({
  ...recordHomeFencesTask,
  async handle({ fenced, executionArn }) {
    const recorded = await recordHomeFences({ ...parts, now: formatTime(systemClock.now()) }, fenced, executionArn);
    return { recorded, reason: recorded.length === 0 ? 'nothing was fenced' : `fenced: ${recorded.join(', ')}` };
  },
});
