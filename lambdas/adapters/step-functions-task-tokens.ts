// Completes waiting tasks of workflows.
import { SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { TaskTokens } from '../../core/task-tokens.ts';

/** Names of errors by which Step Functions says that nobody waits under a token any more. */
const goneNames = ['TaskDoesNotExist', 'TaskTimedOut', 'InvalidToken'];

export function createStepFunctionsTaskTokens(client: SFNClient): TaskTokens {
  return {
    async succeed(taskToken, result) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(result) }));
      } catch (error) {
        if (!(error instanceof Error && goneNames.includes(error.name))) throw error;
      }
    },
  };
}
