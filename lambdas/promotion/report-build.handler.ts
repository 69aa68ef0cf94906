// On `workflow_run` completed: records how the build of a commit ended and answers the executions that wait for it.
import { SFNClient } from '@aws-sdk/client-sfn';
import { causingEventSchema } from '../../contracts/workflows/promote-release.ts';
import { reportBuild } from '../../core/promotion/await-build.ts';
import { readWorkflowRun } from '../../core/promotion/read-workflow-run.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoBuildStore } from '../adapters/dynamo-build-store.ts';
import { createStepFunctionsTaskTokens } from '../adapters/step-functions-task-tokens.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME']);
const { buildWorkflow } = readConfiguration().github;
const ports = {
  builds: createDynamoBuildStore(connectLedger(environment.LEDGER_TABLE_NAME), systemClock),
  tokens: createStepFunctionsTaskTokens(new SFNClient(awsClientOptions)),
};

/** Runs of other workflows, of pull requests and of forks say nothing about our images. */
export const handler = defineEventHandler({
  input: causingEventSchema,
  async handle({ detail }) {
    const run = readWorkflowRun(detail.payload, buildWorkflow);
    if ('ignoredBecause' in run) {
      logger.info('workflow run ignored', { eventId: detail.metadata.eventId, because: run.ignoredBecause });
      return { told: 0, ignoredBecause: run.ignoredBecause };
    }
    return { told: await reportBuild(ports, run.report, detail.metadata.eventId) };
  },
});
