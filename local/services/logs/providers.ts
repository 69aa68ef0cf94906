// AWS::Logs::LogGroup, LogStream and MetricFilter.
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import { groupArn } from './group-operations.ts';
import type { LogStore } from './log-store.ts';

export function createLogProviders(context: RuntimeContext, logs: LogStore): ResourceProvider[] {
  return [
    {
      type: 'AWS::Logs::LogGroup',
      properties: ['LogGroupName', 'RetentionInDays'],
      withoutEffect: {
        KmsKeyId: 'logs are files of this user',
        Tags: 'cost allocation',
        LogGroupClass: 'there is one class here',
        DeletionProtectionEnabled: 'nothing deletes stacks here',
        DataProtectionPolicy: 'logs are files of this user',
      },
      create: async (resource) => {
        const { LogGroupName, RetentionInDays } = resource.properties as {
          LogGroupName?: string;
          RetentionInDays?: number;
        };
        const name = LogGroupName ?? physicalName(resource, 512);
        const arn = groupArn(name, resource.stack);
        const retentionDays = RetentionInDays === undefined ? undefined : Number(RetentionInDays);
        logs.putGroup({ region: resource.stack.region, name, arn, retentionDays });
        await context.store.flush();
        return { ref: name, attributes: { Arn: `${arn}:*` } };
      },
    },
    {
      type: 'AWS::Logs::LogStream',
      properties: ['LogGroupName', 'LogStreamName'],
      create: async (resource) => {
        const { LogGroupName, LogStreamName } = resource.properties as { LogGroupName: string; LogStreamName?: string };
        const name = LogStreamName ?? physicalName(resource, 512);
        const { region } = resource.stack;
        if (logs.findStream(region, LogGroupName, name) === undefined) logs.createStream(region, LogGroupName, name);
        await context.store.flush();
        return { ref: name, attributes: {} };
      },
    },
    withoutEffect('AWS::Logs::MetricFilter', 'metrics are taken from the embedded format only'),
  ];
}

function withoutEffect(type: string, reason: string): ResourceProvider {
  return {
    type,
    properties: ['*'],
    withoutEffect: { '*': reason },
    create: async (resource) => ({ ref: physicalName(resource), attributes: {} }),
  };
}
