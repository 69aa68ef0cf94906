// The only loader of state machine definitions: each machine may do just what its definition names.
import { readFileSync } from 'node:fs';
import { Arn, ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acceptFinding, acceptWildcard } from './accepted-findings.ts';
import { alarmPeriod, type Monitoring } from './monitoring.ts';

/** A collaborator that a definition refers to by a `${Token}`. */
export interface WorkflowCollaborator {
  /** What the token stands for: an ARN or a name. */
  readonly value: string;
  /** Lets the machine use it, given the integrations that the definition contains (`dynamodb:putItem` …). */
  grant(machine: StateMachine, integrations: readonly string[]): void;
}

export interface WorkflowProps {
  /** File name below state-machines/, without ending; also the machine's name after the application's. */
  readonly name: string;
  readonly application: string;
  /** By token. Those that the definition does not use are left out of the machine's permissions. */
  readonly collaborators: Readonly<Record<string, WorkflowCollaborator>>;
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly monitoring: Monitoring;
}

/** A Step Functions machine with logs, traces, the failure alarm, and no permission that its definition does not need. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;

  /** The ARN by name, for those who must know it before the machine exists (a function that completes its tokens). */
  static arnOf(scope: Construct, application: string, name: string, region?: string): string {
    return Arn.format(
      {
        service: 'states',
        region,
        resource: 'stateMachine',
        resourceName: `${application}-${name}`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      Stack.of(scope),
    );
  }

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const definition = readFileSync(new URL(`../../state-machines/${props.name}.asl.json`, import.meta.url), 'utf8');
    const collaborators = findCollaborators(definition, props);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: `${props.application}-${props.name}`,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: Object.fromEntries(collaborators.map(([token, { value }]) => [token, value])),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        // Execution history has the data, for those who may read executions; the log keeps the course of events only.
        includeExecutionData: false,
        destination: new LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/${props.application}-${props.name}`,
          retention: props.logRetention,
          encryptionKey: props.key,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    acceptFinding(this.stateMachine.role, 'IAM5[Resource::*]');
    const integrations = findIntegrations(definition);
    for (const [, collaborator] of collaborators) collaborator.grant(this.stateMachine, integrations);
    if (integrations.includes('sfn:describeExecution')) this.grantInspection(props);
    props.monitoring.addHighSeverityAlarm(`${id}Failed`, {
      metric: this.stateMachine.metricFailed({ period: alarmPeriod, statistic: Stats.SUM }),
      threshold: 0,
      runbook: 'workflow-failed',
      summary: `${props.name} failed`,
    });
    props.monitoring.addHighSeverityAlarm(`${id}TimedOut`, {
      metric: this.stateMachine.metricTimedOut({ period: alarmPeriod, statistic: Stats.SUM }),
      threshold: 0,
      runbook: 'workflow-failed',
      summary: `${props.name} ran into its time limit and could not tell anybody`,
    });
  }

  /** Lets an execution run one of another machine and wait for its end. @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html#sync-async-iam-policies */
  static grantRun(machine: StateMachine, application: string, name: string): void {
    const stack = Stack.of(machine);
    const executions = Arn.format(
      {
        service: 'states',
        resource: 'execution',
        resourceName: `${application}-${name}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      stack,
    );
    const rule = Arn.format(
      { service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule' },
      stack,
    );
    for (const [actions, resource] of [
      [['states:StartExecution'], Workflow.arnOf(machine, application, name)],
      [['states:DescribeExecution', 'states:StopExecution'], executions],
      [['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], rule],
    ] as const)
      machine.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
    acceptWildcard(
      machine.role,
      executions,
      'the executions of the one machine that it runs: their names are not known beforehand',
    );
  }

  /** Lets an execution ask whether another one of the same machine, which holds what it wants, is still alive. */
  private grantInspection({ application, name }: WorkflowProps): void {
    const executions = Arn.format(
      {
        service: 'states',
        resource: 'execution',
        resourceName: `${application}-${name}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      Stack.of(this),
    );
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }),
    );
    acceptWildcard(
      this.stateMachine.role,
      executions,
      'the executions of this one machine: their names are not known beforehand',
    );
  }
}

/** The integrations that a definition calls, as `service:operation`. */
export function findIntegrations(definition: string): string[] {
  const matches = definition.matchAll(/arn:aws:states:::(?:aws-sdk:)?([a-z0-9]+:[A-Za-z]+)/g);
  return [...new Set([...matches].map(([, integration]) => String(integration)))];
}

function findCollaborators(definition: string, props: WorkflowProps): [string, WorkflowCollaborator][] {
  const tokens = [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, token]) => String(token)))];
  return tokens.map((token) => {
    const collaborator = props.collaborators[token];
    if (collaborator === undefined) {
      throw new Error(
        `state-machines/${props.name}.asl.json uses \${${token}}, allowed are ${Object.keys(props.collaborators).join(', ')}: correct the token or hand the collaborator to the Workflow`,
      );
    }
    return [token, collaborator];
  });
}

/** `dynamodb:putItem` of a definition is the permission `dynamodb:PutItem`. */
export function dynamoActions(integrations: readonly string[]): string[] {
  return integrations
    .filter((integration) => integration.startsWith('dynamodb:'))
    .map((integration) => integration.replace(/:(.)/, (_, letter: string) => `:${letter.toUpperCase()}`));
}

/** Just this function; the library's own grant adds all its versions. */
export function grantInvoke(grantee: IGrantable, target: IFunction): void {
  Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [target.functionArn] });
}
