// Which integration runs a task, by its resource's ARN.
// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import type { Json } from '../engine/json.ts';
import { StateFailure } from '../engine/state-failure.ts';
import type { TaskHandle, TaskInvoker } from '../engine/task-invoker.ts';
import type { ExecutionRegistry } from '../executions/execution-registry.ts';
import { callAwsSdk } from './aws-sdk.ts';
import { callAsRole } from './integration.ts';
import { invokeFunction, invokeLambda } from './lambda.ts';
import { putEvents } from './put-events.ts';
import { runChildExecution, startChildExecution } from './start-execution.ts';

const DYNAMODB_OPERATIONS: ReadonlySet<string> = new Set(['getItem', 'putItem', 'updateItem', 'deleteItem']);

/** Runs tasks with the integrations. `executions` is asked late: executions and tasks need each other. */
export function createIntegrationInvoker(context: RuntimeContext, executions: () => ExecutionRegistry): TaskInvoker {
  return (resource, args, task) => {
    const [, , service, , , ...rest] = resource.split(':');
    if (service === 'lambda') return invokeFunction(context, resource, args, task);
    if (service !== 'states') throw unknownResource(resource);
    const [kind, ...action] = rest;
    if (kind === 'aws-sdk') return callAwsSdk(context, action[0] ?? '', action[1] ?? '', args, task);
    return invokeOptimized(`${kind}:${action.join(':')}`, args, task);
  };

  function invokeOptimized(integration: string, args: Json, task: TaskHandle): Promise<Json> {
    const [service, operation = ''] = integration.split(':');
    if (service === 'dynamodb' && DYNAMODB_OPERATIONS.has(operation)) {
      return callAsRole(context, task, {
        service: 'dynamodb',
        operation: operation.charAt(0).toUpperCase() + operation.slice(1),
        args,
        errorPrefix: 'DynamoDB',
        baseError: 'AmazonDynamoDBException',
      });
    }
    switch (integration) {
      case 'lambda:invoke':
        return invokeLambda(context, args, task);
      case 'events:putEvents':
        return putEvents(context, args, task);
      case 'sqs:sendMessage':
        return callAsRole(context, task, {
          service: 'sqs',
          operation: 'SendMessage',
          args,
          errorPrefix: 'SQS',
          baseError: 'AmazonSQSException',
        });
      case 'sns:publish':
        return callAsRole(context, task, {
          service: 'sns',
          operation: 'Publish',
          args,
          errorPrefix: 'SNS',
          baseError: 'AmazonSNSException',
        });
      case 'states:startExecution':
        return startChildExecution(context, args, task);
      case 'states:startExecution.sync':
        return runChildExecution(context, executions(), args, task, false);
      case 'states:startExecution.sync:2':
        return runChildExecution(context, executions(), args, task, true);
      default:
        throw unknownResource(`arn:aws:states:::${integration}`);
    }
  }
}

function unknownResource(resource: string): StateFailure {
  return new StateFailure('States.Runtime', `The resource provided ${resource} is not recognized.`);
}
