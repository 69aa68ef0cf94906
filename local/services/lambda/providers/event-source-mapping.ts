// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { EventSourceMappings } from '../event-source/event-source-mappings.ts';
import { parseFunctionName } from '../function-name.ts';

interface EventSourceMappingProperties {
  readonly EventSourceArn?: string;
  readonly FunctionName: string;
  readonly BatchSize?: number | string;
  readonly Enabled?: boolean | string;
  readonly FunctionResponseTypes?: readonly string[];
}

const DEFAULT_BATCH_SIZE = 10;

export function createEventSourceMappingProvider(mappings: EventSourceMappings): ResourceProvider {
  return {
    type: 'AWS::Lambda::EventSourceMapping',
    properties: ['EventSourceArn', 'FunctionName', 'BatchSize', 'Enabled', 'FunctionResponseTypes'],
    withoutEffect: {
      MaximumBatchingWindowInSeconds: 'messages are handed over as soon as they arrive',
      ScalingConfig: 'one batch at a time is processed',
      Tags: 'nothing is billed or found by tag',
    },
    async create(resource) {
      const properties = resource.properties as unknown as EventSourceMappingProperties;
      const { region, accountId, name } = resource.stack;
      const queueArn = properties.EventSourceArn ?? '';
      if (queueArn.split(':')[2] !== 'sqs') {
        throw new Error(
          `${resource.type} "${resource.logicalId}": event source ${queueArn || '(none)'} does not run here: use an SQS queue`,
        );
      }
      const id = `${name}-${resource.logicalId}`;
      const reference = parseFunctionName(properties.FunctionName);
      const suffix = reference.qualifier ? `:${reference.qualifier}` : '';
      if (String(properties.Enabled ?? true) === 'true') {
        mappings.add({
          id,
          functionArn: `arn:aws:lambda:${region}:${accountId}:function:${reference.name}${suffix}`,
          queueArn,
          batchSize: Number(properties.BatchSize ?? DEFAULT_BATCH_SIZE),
          reportsBatchItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
        });
      }
      const arn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${id}`;
      return { ref: id, attributes: { Id: id, EventSourceMappingArn: arn } };
    },
  };
}
