// StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask.
import type {
  CancelMessageMoveTaskCommandInput,
  CancelMessageMoveTaskResult,
  ListMessageMoveTasksCommandInput,
  ListMessageMoveTasksResult,
  StartMessageMoveTaskCommandInput,
  StartMessageMoveTaskResult,
} from '@aws-sdk/client-sqs';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import type { MoveTasks } from './move-tasks.ts';
import { listKeyPermissions } from './queue-permissions.ts';
import type { Queues } from './queues.ts';

export function createMoveOperations(
  context: RuntimeContext,
  queues: Queues,
  tasks: MoveTasks,
): Readonly<Record<string, Operation>> {
  function getQueue(arn: string | undefined) {
    const queue = queues.findByArn(arn ?? '');
    if (queue === undefined)
      throw new AwsError(
        'ResourceNotFoundException',
        "The resource that you specified for the SourceArn parameter doesn't exist.",
      );
    return queue;
  }

  function isDeadLetterQueue(arn: string, region: string): boolean {
    return queues.list(region).some((queue) => queue.redrivePolicy?.deadLetterTargetArn === arn);
  }

  const startMessageMoveTask: Operation = {
    authorize: (input: StartMessageMoveTaskCommandInput): Permission[] => {
      const source = input.SourceArn ?? '';
      const destination = queues.findByArn(input.DestinationArn ?? '');
      const actions = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
      const sourceQueue = queues.findByArn(source);
      return [
        ...actions.map((action) => ({ action: `sqs:${action}`, resource: source })),
        ...(sourceQueue === undefined ? [] : listKeyPermissions(sourceQueue, ['kms:Decrypt'])),
        ...(destination === undefined ? [] : [{ action: 'sqs:SendMessage', resource: destination.arn }]),
      ];
    },
    handle: async (
      input: StartMessageMoveTaskCommandInput,
      { region }: CallContext,
    ): Promise<StartMessageMoveTaskResult> => {
      const source = getQueue(input.SourceArn);
      if (!isDeadLetterQueue(source.arn, region)) {
        throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
      }
      if (input.DestinationArn !== undefined) getQueue(input.DestinationArn);
      if (tasks.list(source.arn).some((task) => task.status === 'RUNNING')) {
        throw new AwsError(
          'UnsupportedOperation',
          'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
        );
      }
      const task = tasks.start(source, {
        ...(input.DestinationArn !== undefined && { destinationArn: input.DestinationArn }),
        ...(input.MaxNumberOfMessagesPerSecond !== undefined && {
          messagesPerSecond: input.MaxNumberOfMessagesPerSecond,
        }),
      });
      await context.store.flush();
      return { TaskHandle: buildHandle(task.id, source.arn) };
    },
  };

  const listMessageMoveTasks: Operation = {
    authorize: ({ SourceArn = '' }: ListMessageMoveTasksCommandInput): Permission[] => [
      { action: 'sqs:ListMessageMoveTasks', resource: SourceArn },
    ],
    handle: ({ SourceArn, MaxResults = 1 }: ListMessageMoveTasksCommandInput): ListMessageMoveTasksResult => ({
      Results: tasks
        .list(getQueue(SourceArn).arn)
        .slice(0, MaxResults)
        .map((task) => ({
          ...(task.status === 'RUNNING' && { TaskHandle: buildHandle(task.id, task.sourceArn) }),
          Status: task.status,
          SourceArn: task.sourceArn,
          ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
          ...(task.messagesPerSecond !== undefined && { MaxNumberOfMessagesPerSecond: task.messagesPerSecond }),
          ApproximateNumberOfMessagesMoved: task.moved,
          ApproximateNumberOfMessagesToMove: task.toMove,
          ...(task.failureReason !== undefined && { FailureReason: task.failureReason }),
          StartedTimestamp: task.startedAt,
        })),
    }),
  };

  const cancelMessageMoveTask: Operation = {
    authorize: ({ TaskHandle = '' }: CancelMessageMoveTaskCommandInput): Permission[] => [
      { action: 'sqs:CancelMessageMoveTask', resource: tasks.find(parseHandle(TaskHandle))?.sourceArn ?? '*' },
    ],
    handle: async ({ TaskHandle = '' }: CancelMessageMoveTaskCommandInput): Promise<CancelMessageMoveTaskResult> => {
      const task = tasks.find(parseHandle(TaskHandle));
      if (task === undefined || task.status !== 'RUNNING') {
        throw new AwsError('ResourceNotFoundException', 'The task handle does not name a running task.');
      }
      tasks.cancel(task);
      await context.store.flush();
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },
  };

  return {
    StartMessageMoveTask: startMessageMoveTask,
    ListMessageMoveTasks: listMessageMoveTasks,
    CancelMessageMoveTask: cancelMessageMoveTask,
  };
}

function buildHandle(taskId: string, sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn })).toString('base64');
}

function parseHandle(handle: string): string {
  const [, taskId = ''] = /"taskId":"([^"]+)"/.exec(Buffer.from(handle, 'base64').toString()) ?? [];
  return taskId;
}
