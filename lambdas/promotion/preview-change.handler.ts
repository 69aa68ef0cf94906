// What `automation promote --plan` and `automation rollback --plan` ask: everything that would be done, and nothing done.
import { previewChangeTask } from '../../contracts/workflows/gate-verdicts.ts';
import { AppError } from '../../core/app-error.ts';
import { previewPromotion, previewRollback } from '../../core/promotion/preview-change.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoReleaseHistory, createDynamoReleaseStore } from '../adapters/dynamo-release-store.ts';
import { createGitHubSourceRepository } from '../adapters/github-source-repository.ts';
import { connectGates } from '../gates/connect-gates.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment([
  'LEDGER_TABLE_NAME',
  'GITHUB_SECRET_ID',
  'REGISTRY_SECRET_ID',
  'ADDRESSES_PARAMETER_PATH',
]);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const gitHub = connectGitHub(environment);
const ports = {
  ...connectGates(configuration, environment, ledger, gitHub),
  planning: {
    source: createGitHubSourceRepository(gitHub.client),
    history: createDynamoReleaseHistory(ledger, configuration.registry.tagTemplate),
  },
  releases: createDynamoReleaseStore(ledger),
};

/** May read only: its role has no permission to write anything anywhere. */
export const handler = defineTask({
  ...previewChangeTask,
  async handle({ request, rollback, askedAt }) {
    if (request !== undefined) return await previewPromotion(configuration, ports, request, askedAt);
    if (rollback !== undefined) return await previewRollback(configuration, ports, rollback);
    throw new AppError('InvalidInputError', 'got nothing to plan: give a request, or the plan of a rollback');
  },
});
