// DescribeAlarms and SetAlarmState.
import type { DescribeAlarmsCommandInput, SetAlarmStateCommandInput } from '@aws-sdk/client-cloudwatch';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { Alarm, AlarmBook } from './alarm-book.ts';

export function createAlarmOperations(context: RuntimeContext, alarms: AlarmBook): Record<string, Operation> {
  const arnOf = (name: string, call: CallContext): string =>
    `arn:aws:cloudwatch:${call.region}:${context.accountId}:alarm:${name}`;
  return {
    DescribeAlarms: {
      authorize: (_: DescribeAlarmsCommandInput, call: CallContext) => [
        { action: 'cloudwatch:DescribeAlarms', resource: arnOf('*', call) },
      ],
      handle: (input: DescribeAlarmsCommandInput, call: CallContext) => ({
        MetricAlarms: alarms
          .list(call.region)
          .filter(({ name }) => input.AlarmNames === undefined || input.AlarmNames.includes(name))
          .filter(({ name }) => name.startsWith(input.AlarmNamePrefix ?? ''))
          .filter(({ state }) => input.StateValue === undefined || state === input.StateValue)
          .map(describe),
      }),
    },
    SetAlarmState: {
      authorize: ({ AlarmName = '' }: SetAlarmStateCommandInput, call: CallContext) => [
        { action: 'cloudwatch:SetAlarmState', resource: arnOf(AlarmName, call) },
      ],
      handle: async (
        { AlarmName = '', StateValue, StateReason = '' }: SetAlarmStateCommandInput,
        call: CallContext,
      ) => {
        const alarm = alarms.find(call.region, AlarmName);
        if (alarm === undefined || StateValue === undefined)
          throw new AwsError('ResourceNotFound', 'Alarm not found', { status: 404 });
        if (alarm.state !== StateValue) await alarms.changeState(alarm, StateValue, StateReason);
        return {};
      },
    },
  };
}

function describe(alarm: Alarm): object {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmActions: alarm.actions.ALARM,
    OKActions: alarm.actions.OK,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    StateUpdatedTimestamp: new Date(alarm.stateChangedAt),
    MetricName: alarm.metric.name,
    Namespace: alarm.metric.namespace,
    Dimensions: Object.entries(alarm.metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: alarm.statistic,
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    TreatMissingData: alarm.treatMissingData,
  };
}
