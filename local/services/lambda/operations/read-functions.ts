// The calls that only look: GetFunction, GetFunctionConfiguration, ListFunctions, GetPolicy.
// https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
import type {
  GetFunctionCommandInput,
  GetFunctionConfigurationCommandInput,
  GetPolicyCommandInput,
  ListFunctionsCommandInput,
} from '@aws-sdk/client-lambda';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import { buildSdkConfiguration } from '../function-configuration.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { buildFunctionArn } from './invoke.ts';

const PAGE_SIZE = 50;

export function createReadOperations(registry: FunctionRegistry): Readonly<Record<string, Operation>> {
  return {
    GetFunction: {
      authorize: (input: GetFunctionCommandInput, call) => [
        { action: 'lambda:GetFunction', resource: buildFunctionArn(call, input.FunctionName, input.Qualifier) },
      ],
      handle(input: GetFunctionCommandInput, call) {
        const { configuration } = registry.get(call.region, call.accountId, input.FunctionName, input.Qualifier);
        return {
          Configuration: buildSdkConfiguration(configuration),
          Code: { RepositoryType: 'S3', Location: `file://${configuration.codeDirectory}` },
          ...(configuration.reservedConcurrency !== undefined && {
            Concurrency: { ReservedConcurrentExecutions: configuration.reservedConcurrency },
          }),
        };
      },
    },
    GetFunctionConfiguration: {
      authorize: (input: GetFunctionConfigurationCommandInput, call) => [
        {
          action: 'lambda:GetFunctionConfiguration',
          resource: buildFunctionArn(call, input.FunctionName, input.Qualifier),
        },
      ],
      handle: (input: GetFunctionConfigurationCommandInput, call) =>
        buildSdkConfiguration(
          registry.get(call.region, call.accountId, input.FunctionName, input.Qualifier).configuration,
        ),
    },
    ListFunctions: {
      authorize: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
      handle(input: ListFunctionsCommandInput, call) {
        const from = Number(input.Marker ?? 0);
        const to = from + (input.MaxItems ?? PAGE_SIZE);
        const all = registry.list(call.region);
        return {
          Functions: all.slice(from, to).map(buildSdkConfiguration),
          ...(to < all.length && { NextMarker: String(to) }),
        };
      },
    },
    GetPolicy: {
      authorize: (input: GetPolicyCommandInput, call) => [
        { action: 'lambda:GetPolicy', resource: buildFunctionArn(call, input.FunctionName, input.Qualifier) },
      ],
      handle(input: GetPolicyCommandInput, call) {
        const { invokedArn } = registry.get(call.region, call.accountId, input.FunctionName, input.Qualifier);
        const policy = registry.findPolicy(invokedArn);
        if (policy) return { Policy: JSON.stringify({ ...policy, Id: 'default' }), RevisionId: '1' };
        throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', {
          status: 404,
          details: { Type: 'User' },
        });
      },
    },
  };
}
