// The only place that says how our Lambda functions run: runtime, memory, tracing, logs, and where their failures go.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acceptFinding } from './accepted-findings.ts';
import { DeadLetterDestination } from './dead-letter-destination.ts';
import { alarmPeriod, type Monitoring } from './monitoring.ts';

export interface AutomationFunctionProps {
  /** Kebab-case, as in contracts/functions.ts; the physical name after the application's. */
  readonly name: string;
  readonly application: string;
  readonly description: string;
  /** The folder that its bundle stands in. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly monitoring: Monitoring;
  /** @default one that CloudFormation makes up */
  readonly roleName?: string;
  /** Where an event goes that an asynchronous invocation could not handle after its retries; undefined when nothing invokes it so. */
  readonly deadLetters: IQueue | undefined;
}

/** A function on the pinned runtime, traced, with its own log group, and an alarm when it throws. */
export class AutomationFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: AutomationFunctionProps) {
    super(scope, id);
    const functionName = `${props.application}-${props.name}`;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: props.logRetention,
      encryptionKey: props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      ...(props.roleName === undefined ? {} : { roleName: props.roleName }),
    });
    logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role,
      handler: 'index.handler',
      code: Code.fromAsset(props.bundle),
      // CPU comes with memory: at 512 MB a cold start is not dominated by loading the bundle.
      memorySize: 512,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      logGroup,
      ...(props.deadLetters === undefined
        ? {}
        : {
            onFailure: new DeadLetterDestination(props.deadLetters, props.key),
            retryAttempts: 2,
            maxEventAge: Duration.hours(6),
          }),
    });
    acceptFinding(role, 'IAM5[Resource::*]');
    props.monitoring.addLowSeverityAlarm(`${id}Errors`, {
      metric: this.function.metricErrors({ period: alarmPeriod, statistic: Stats.SUM }),
      threshold: 0,
      runbook: 'function-errors',
      summary: `${props.name} threw`,
    });
  }
}
