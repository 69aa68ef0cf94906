// Step TakeOver of fail-over.
import { Route53Client } from '@aws-sdk/client-route-53';
import { takeOverMoveTask } from '../../contracts/workflows/fail-over.ts';
import { takeOverMove } from '../../core/recovery/take-over-move.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoFenceStore } from '../adapters/dynamo-fence-store.ts';
import { createRoute53Zone } from '../adapters/route53-zone.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const variables = readEnvironment(['LEDGER_TABLE_NAME']);
const store = createDynamoFenceStore(connectLedger(variables.LEDGER_TABLE_NAME));
const zone = createRoute53Zone(new Route53Client(awsClientOptions));
const parts = {
  environments: Object.keys(readConfiguration().recovery.environments),
  findSite: store.findSite,
  takeOver: store.takeOver,
  readTargets: zone.readTargets,
};

export const handler = defineTask({ ...takeOverMoveTask, handle: async (cut) => await takeOverMove(parts, cut) });
