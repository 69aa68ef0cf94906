// The CloudFormation types of EventBridge Scheduler.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { RuntimeContext } from '../../runtime/context.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import { buildSchedule } from './operations.ts';
import { validateSchedule } from './schedule.ts';
import type { ScheduleRegistry } from './schedule-registry.ts';

export function createScheduleProvider(context: RuntimeContext, registry: ScheduleRegistry): ResourceProvider {
  return {
    type: 'AWS::Scheduler::Schedule',
    properties: [
      'Name',
      'GroupName',
      'Description',
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'StartDate',
      'EndDate',
      'State',
      'FlexibleTimeWindow',
      'ActionAfterCompletion',
      'KmsKeyArn',
      'Target',
    ],
    async create(resource) {
      const { region, accountId } = resource.stack;
      const name = String(resource.properties.Name ?? physicalName(resource));
      const input = { ...resource.properties, Name: name } as CreateScheduleCommandInput;
      const schedule = buildSchedule(input, { region, accountId, now: context.clock.now() });
      try {
        validateSchedule(schedule);
      } catch (error) {
        throw new Error(`${resource.type} "${resource.logicalId}": ${(error as Error).message}`, { cause: error });
      }
      registry.put(schedule, 'template');
      return { ref: name, attributes: { Arn: schedule.arn } };
    },
  };
}

export function createScheduleGroupProvider(context: RuntimeContext, registry: ScheduleRegistry): ResourceProvider {
  return {
    type: 'AWS::Scheduler::ScheduleGroup',
    properties: ['Name'],
    withoutEffect: { Tags: 'nothing is billed or found by tag' },
    async create(resource) {
      const { region, accountId } = resource.stack;
      const name = String(resource.properties.Name ?? physicalName(resource));
      const arn = `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;
      const createdAt = context.clock.now();
      registry.addGroup({ name, region, arn, createdAt });
      const attributes = { Arn: arn, State: 'ACTIVE', CreationDate: new Date(createdAt).toISOString() };
      return { ref: name, attributes };
    },
  };
}
