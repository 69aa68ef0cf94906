// A state machine as it is stored, and its ARN.
import type {
  EncryptionConfiguration,
  LoggingConfiguration,
  StateMachineType,
  TracingConfiguration,
} from '@aws-sdk/client-sfn';

export interface StateMachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly type: StateMachineType;
  readonly roleArn: string;
  readonly definition: string;
  /** Names the definition and role: executions keep the revision that they started with. */
  readonly revisionId: string;
  readonly createdAtMilliseconds: number;
  readonly updatedAtMilliseconds: number;
  readonly loggingConfiguration?: LoggingConfiguration;
  readonly tracingConfiguration?: TracingConfiguration;
  readonly encryptionConfiguration?: EncryptionConfiguration;
  readonly tags: Readonly<Record<string, string>>;
}

/** What an execution needs of the state machine's revision that it started with. */
export interface RevisionRecord {
  readonly definition: string;
  readonly roleArn: string;
  readonly createdAtMilliseconds: number;
}

export function buildStateMachineArn(region: string, accountId: string, name: string): string {
  return `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
}

export function buildExecutionArn(stateMachineArn: string, executionName: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName}`;
}

/** The state machine of an execution; undefined for text that is no execution's ARN. */
export function findStateMachineArn(executionArn: string): string | undefined {
  const match = /^(arn:[^:]+:states:[^:]+:[^:]+):(?:execution|express):([^:]+):/.exec(executionArn);
  return match ? `${match[1]}:stateMachine:${match[2]}` : undefined;
}

/** The region that an ARN names. */
export function getRegion(arn: string): string {
  return arn.split(':')[3] ?? '';
}
