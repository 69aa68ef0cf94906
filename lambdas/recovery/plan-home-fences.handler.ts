// Step PlanHomeFences of fence-home.
import { planHomeFencesTask } from '../../contracts/workflows/fence-home.ts';
import { planHomeFences } from '../../core/recovery/fence-home.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoFenceStore } from '../adapters/dynamo-fence-store.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const { findSite } = createDynamoFenceStore(connectLedger(readEnvironment(['LEDGER_TABLE_NAME']).LEDGER_TABLE_NAME));
const environments = Object.keys(readConfiguration().recovery.environments);

export const handler = defineTask({
  ...planHomeFencesTask,
  async handle() {
    const sites = await Promise.all(environments.map((each) => findSite(each)));
    const fences = planHomeFences(sites.filter((site) => site !== undefined));
    const names = fences.map(({ environment, database }) => `${database} of ${environment}`).join(', ');
    return {
      fences,
      reason: names === '' ? 'nothing at home is to be fenced' : `${names} at home may still take writes`,
    };
  },
});
