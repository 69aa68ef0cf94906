// A schedule of EventBridge Scheduler that invokes a function or starts a workflow, with a dead-letter queue and a bounded retry.
import { Arn, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acceptWildcardWithin } from './accepted-findings.ts';

export interface AutomationScheduleProps {
  readonly application: string;
  readonly description: string;
  /** `cron(…)` or `rate(…)`. */
  readonly expression: string;
  /** IANA name; `rate` expressions have none. */
  readonly timeZone: string;
  readonly target: IFunction | IStateMachine;
  readonly deadLetters: IQueue;
  readonly key: IKey;
}

/** A missed time is made up for within the hour; after that the next one is better. */
export class AutomationSchedule extends Construct {
  /** The ARN by name, for those who may ask whether a schedule is still there. */
  static arnOf(scope: Construct, application: string, id: string, region?: string): string {
    return Arn.format(
      {
        ...{ service: 'scheduler', resource: 'schedule', resourceName: `default/${application}-${id}` },
        ...(region === undefined ? {} : { region }),
      },
      Stack.of(scope),
    );
  }

  constructor(scope: Construct, id: string, props: AutomationScheduleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    // Which of its times a run is for: what is late or repeated stays told apart from what is next.
    const input = ScheduleTargetInput.fromObject({ scheduledFor: ContextAttribute.scheduledTime });
    const settings = {
      role,
      input,
      deadLetterQueue: props.deadLetters,
      retryAttempts: 3,
      maxEventAge: Duration.hours(1),
    };
    if ('functionArn' in props.target)
      acceptWildcardWithin(role, props.target, ':*', 'the versions of the one function that the schedule invokes');
    new Schedule(this, 'Schedule', {
      scheduleName: `${props.application}-${id}`,
      description: props.description,
      schedule: ScheduleExpression.expression(props.expression, TimeZone.of(props.timeZone)),
      timeWindow: TimeWindow.off(),
      key: props.key,
      target:
        'functionArn' in props.target
          ? new LambdaInvoke(props.target, settings)
          : new StepFunctionsStartExecution(props.target, settings),
    });
  }
}
