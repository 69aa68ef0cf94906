// SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat: how the outside answers a task token.
import type { SendTaskFailureInput, SendTaskHeartbeatInput, SendTaskSuccessInput } from '@aws-sdk/client-sfn';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError, type Operation, type Permission } from '../../../runtime/service.ts';
import type { Json } from '../engine/json.ts';
import type { PendingTask } from '../engine/pending-tasks.ts';
import { findTaskTokenContent } from '../engine/task-token.ts';
import { findStateMachineArn } from '../state-machines/state-machine-record.ts';
import type { StatesParts } from '../states-parts.ts';
import { checkJson } from './check-input.ts';

export function createTaskOperations(context: RuntimeContext, parts: StatesParts): Record<string, Operation> {
  /** Throws InvalidToken for what is no token, TaskDoesNotExist and TaskTimedOut for one that nobody waits for. */
  function getTask(taskToken: string | undefined): PendingTask {
    const content = findTaskTokenContent(taskToken ?? '');
    if (!content) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    const task = parts.engine.pendingTasks.find(taskToken ?? '');
    if (task) return task;
    if (!parts.executions.find(content.executionArn)) {
      throw new AwsError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist'");
    }
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }

  return {
    SendTaskSuccess: {
      authorize: authorizeTask('SendTaskSuccess'),
      async handle(input: SendTaskSuccessInput) {
        const output = JSON.parse(checkJson(input.output ?? '', 'InvalidOutput', 'Output')) as Json;
        getTask(input.taskToken).succeed(output);
        await context.store.flush();
        return {};
      },
    },
    SendTaskFailure: {
      authorize: authorizeTask('SendTaskFailure'),
      async handle(input: SendTaskFailureInput) {
        getTask(input.taskToken).fail(input.error ?? 'States.TaskFailed', input.cause);
        await context.store.flush();
        return {};
      },
    },
    SendTaskHeartbeat: {
      authorize: authorizeTask('SendTaskHeartbeat'),
      async handle(input: SendTaskHeartbeatInput) {
        getTask(input.taskToken).heartbeat();
        await context.store.flush();
        return {};
      },
    },
  };
}

function authorizeTask(action: string) {
  return (input: { taskToken?: string | undefined }): Permission[] => {
    const content = findTaskTokenContent(input.taskToken ?? '');
    const resource = (content && findStateMachineArn(content.executionArn)) ?? '*';
    return [{ action: `states:${action}`, resource }];
  };
}
