// Completes waiting tasks of workflows.
import { SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { TaskTokens } from '../../core/task-tokens.ts';

/** Names of errors by which Step Functions says that nobody waits under a token any more. */
const goneNames = ['TaskDoesNotExist', 'TaskTimedOut', 'InvalidToken'];

/** `clientAt` where somebody in another region may wait. */
export function createStepFunctionsTaskTokens(
  client: SFNClient,
  clientAt: (region: string) => SFNClient = () => client,
): TaskTokens {
  return {
    async succeed(taskToken, result, executionArn) {
      const region = executionArn?.split(':')[3];
      const waits = region === undefined ? client : clientAt(region);
      try {
        await waits.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(result) }));
      } catch (error) {
        if (!(error instanceof Error && goneNames.includes(error.name))) throw error;
      }
    },
  };
}
