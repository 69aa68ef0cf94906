// Reading stacks: their outputs, resources and exports.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
import type {
  DescribeStackResourceCommandInput,
  DescribeStackResourceOutput,
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesOutput,
  DescribeStacksCommandInput,
  DescribeStacksOutput,
  ListExportsOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesOutput,
  ListStacksOutput,
} from '@aws-sdk/client-cloudformation';
import { STACK_TABLE, type StackRecord, type StackResourceRecord } from '../../assembly/stack-record.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';

/** A stack is there once it has been deployed, and a deployment here either completes or stops the runtime. */
const status = 'UPDATE_COMPLETE';

export function createStackOperations(context: RuntimeContext): Readonly<Record<string, Operation>> {
  const table = context.store.table<StackRecord>(STACK_TABLE);
  const list = (region: string): StackRecord[] => [...table.values()].filter((stack) => stack.region === region);

  /** By name or id. Throws AwsError when the region has no such stack. */
  function get(nameOrId: string | undefined, region: string): StackRecord {
    const stack = list(region).find(({ name, id }) => name === nameOrId || id === nameOrId);
    if (stack !== undefined) return stack;
    throw new AwsError('ValidationError', `Stack with id ${nameOrId} does not exist`);
  }

  const guard =
    (action: string) =>
    ({ StackName }: { StackName?: string | undefined }, { region, accountId }: CallContext): Permission[] => {
      const stack = list(region).find(({ name, id }) => name === StackName || id === StackName);
      const unknown =
        StackName === undefined ? '*' : `arn:aws:cloudformation:${region}:${accountId}:stack/${StackName}/*`;
      return [{ action: `cloudformation:${action}`, resource: stack?.id ?? unknown }];
    };

  const describeStacks: Operation = {
    authorize: guard('DescribeStacks'),
    handle: ({ StackName }: DescribeStacksCommandInput, { region }: CallContext): DescribeStacksOutput => ({
      Stacks: (StackName === undefined ? list(region) : [get(StackName, region)]).map((stack) => ({
        StackId: stack.id,
        StackName: stack.name,
        ...(stack.description !== undefined && { Description: stack.description }),
        CreationTime: new Date(stack.createdAt),
        LastUpdatedTime: new Date(stack.updatedAt),
        StackStatus: status,
        Parameters: Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
        Outputs: stack.outputs.map((output) => ({
          OutputKey: output.key,
          OutputValue: output.value,
          ...(output.description !== undefined && { Description: output.description }),
          ...(output.exportName !== undefined && { ExportName: output.exportName }),
        })),
      })),
    }),
  };

  const listStacks: Operation = {
    authorize: () => [{ action: 'cloudformation:ListStacks', resource: '*' }],
    handle: (_input: object, { region }: CallContext): ListStacksOutput => ({
      StackSummaries: list(region).map((stack) => ({
        StackId: stack.id,
        StackName: stack.name,
        CreationTime: new Date(stack.createdAt),
        LastUpdatedTime: new Date(stack.updatedAt),
        StackStatus: status,
      })),
    }),
  };

  const listStackResources: Operation = {
    authorize: guard('ListStackResources'),
    handle: ({ StackName }: ListStackResourcesCommandInput, { region }: CallContext): ListStackResourcesOutput => {
      const stack = get(StackName, region);
      return {
        StackResourceSummaries: stack.resources.map((resource) => ({
          ...describeResource(resource),
          LastUpdatedTimestamp: new Date(stack.updatedAt),
        })),
      };
    },
  };

  const describeStackResources: Operation = {
    authorize: guard('DescribeStackResources'),
    handle: (input: DescribeStackResourcesCommandInput, { region }: CallContext): DescribeStackResourcesOutput => {
      const { StackName, LogicalResourceId, PhysicalResourceId } = input;
      const stack =
        StackName === undefined
          ? list(region).find(({ resources }) => resources.some((one) => one.physicalId === PhysicalResourceId))
          : get(StackName, region);
      if (stack === undefined) {
        throw new AwsError('ValidationError', `Stack for ${PhysicalResourceId} does not exist`);
      }
      // A physical id alone names the stack; with the stack's name it narrows the answer.
      const wanted = stack.resources.filter(
        (one) =>
          (LogicalResourceId === undefined || one.logicalId === LogicalResourceId) &&
          (PhysicalResourceId === undefined || StackName === undefined || one.physicalId === PhysicalResourceId),
      );
      return {
        StackResources: wanted.map((resource) => ({
          StackName: stack.name,
          StackId: stack.id,
          ...describeResource(resource),
          Timestamp: new Date(stack.updatedAt),
        })),
      };
    },
  };

  const describeStackResource: Operation = {
    authorize: guard('DescribeStackResource'),
    handle: (input: DescribeStackResourceCommandInput, { region }: CallContext): DescribeStackResourceOutput => {
      const stack = get(input.StackName, region);
      const resource = stack.resources.find((one) => one.logicalId === input.LogicalResourceId);
      if (resource === undefined) {
        throw new AwsError(
          'ValidationError',
          `Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`,
        );
      }
      const { name: StackName, id: StackId } = stack;
      const LastUpdatedTimestamp = new Date(stack.updatedAt);
      return { StackResourceDetail: { StackName, StackId, ...describeResource(resource), LastUpdatedTimestamp } };
    },
  };

  const listExports: Operation = {
    authorize: () => [{ action: 'cloudformation:ListExports', resource: '*' }],
    handle: (_input: object, { region }: CallContext): ListExportsOutput => ({
      Exports: list(region).flatMap((stack) =>
        stack.outputs
          .filter((output) => output.exportName !== undefined)
          .map((output) => ({ ExportingStackId: stack.id, Name: output.exportName, Value: output.value })),
      ),
    }),
  };

  return {
    DescribeStacks: describeStacks,
    ListStacks: listStacks,
    ListStackResources: listStackResources,
    DescribeStackResources: describeStackResources,
    DescribeStackResource: describeStackResource,
    ListExports: listExports,
  };
}

function describeResource({ logicalId, physicalId, type }: StackResourceRecord) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: status,
  } as const;
}
