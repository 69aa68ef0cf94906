// Steps of fail-over that hold everything else off an environment, and let it in again.
import { fenceEnvironmentTask } from '../../contracts/workflows/fail-over.ts';
import { AppError } from '../../core/app-error.ts';
import { formatTime } from '../../core/clock.ts';
import { fenceEnvironment, settleFence } from '../../core/recovery/fence-environment.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoFenceStore } from '../adapters/dynamo-fence-store.ts';
import { createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const services = Object.keys(readConfiguration().services);
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const store = createDynamoFenceStore(ledger);
const leaseStore = createDynamoLeaseStore(ledger, systemClock);

export const handler = defineTask({
  ...fenceEnvironmentTask,
  async handle({ action, request, planHash, moves, promotions = [], startedAt, fenced, ...move }) {
    const parts = { store, leases: leaseStore, services, now: formatTime(systemClock.now()) };
    if (action === 'fence') {
      if (request === undefined || planHash === undefined || moves === undefined || startedAt === undefined)
        throw new AppError('InvalidInputError', 'a fence needs the request, planHash, moves and startedAt of its move');
      return await fenceEnvironment(parts, move, { request, planHash, moves, promotions, startedAt });
    }
    const { to } = move.plan;
    const back = to === 'recovery' ? 'primary' : 'recovery';
    return await settleFence(parts, move, action === 'settle' ? to : back, fenced);
  },
});
