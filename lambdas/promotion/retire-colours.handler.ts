// On a schedule: colours that were kept warm long enough are scaled down, unless somebody is changing the service.
import * as z from 'zod/mini';
import { getService } from '../../core/configuration/get-configured.ts';
import { recordRun } from '../../core/jobs/record-run.ts';
import { retireColours } from '../../core/promotion/strategies/retire-colours.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoColours } from '../adapters/dynamo-colours.ts';
import { createDynamoJobStore } from '../adapters/dynamo-job-store.ts';
import { createDynamoLeaseCheck, createDynamoLeaseStore } from '../adapters/dynamo-lease-store.ts';
import { createGitHubGitOpsRepository } from '../adapters/github-gitops-repository.ts';
import { buildWebUrl } from '../adapters/github-web-url.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const configuration = readConfiguration();
const { owner, apiUrl, gitops } = configuration.github;
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const webUrl = buildWebUrl(apiUrl, owner, gitops.repository);
const ports = {
  repository: createGitHubGitOpsRepository(connectGitHub(environment).client, { owner, ...gitops, webUrl }),
  leases: createDynamoLeaseStore(ledger, systemClock),
  leaseCheck: createDynamoLeaseCheck(ledger, systemClock),
  colours: createDynamoColours(ledger),
  clock: systemClock,
};

const store = createDynamoJobStore(ledger);

/** Undefined for what the configuration does not know any more. */
function locate(name: string, service: string): { file: string; deployment: string } | undefined {
  const target = configuration.environments[name];
  if (target?.strategy !== 'blue-green' || configuration.services[service] === undefined) return undefined;
  const { deployment = service } = getService(configuration, service);
  return { file: `${target.overlayPath}/kustomization.yaml`, deployment };
}

/** Nothing is waited for: what somebody holds is left for the next run. */
export const handler = defineEventHandler({
  input: z.object({ scheduledFor: z.optional(z.string()) }),
  async handle({ scheduledFor }, { requestId }) {
    const run = { job: 'retire-colours', requestId, scheduledFor };
    return await recordRun({ store, clock: systemClock }, run, async () => {
      const retired = await retireColours(ports, `retire-colours:${requestId}`, locate);
      if (retired.length > 0) logger.info('colours retired', { retired });
      return { retired: retired.filter(({ outcome }) => outcome === 'scaled-down').length };
    });
  },
});
