// What is remembered of a deployed stack: read by the CloudFormation service and by tools.

/** Name of the store's table; keys are `<region>/<stack name>`. */
export const STACK_TABLE = 'assembly/stacks';

export interface StackRecord {
  readonly name: string;
  readonly id: string;
  readonly region: string;
  readonly accountId: string;
  readonly description?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: readonly StackOutputRecord[];
  readonly resources: readonly StackResourceRecord[];
}

export interface StackOutputRecord {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

export interface StackResourceRecord {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** The CDK's construct path, when the assembly says it. */
  readonly path?: string;
}
