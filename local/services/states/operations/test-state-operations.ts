// TestState: one state, tried with an input of the caller's.
import type { TestStateInput, TestStateOutput } from '@aws-sdk/client-sfn';
import type { RuntimeContext } from '../../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../../runtime/service.ts';
import { describeDiagnostics } from '../engine/definition/diagnostics.ts';
import { parseSingleState } from '../engine/definition/parse-definition.ts';
import { defined } from '../engine/definition/state-reader.ts';
import type { Json, JsonObject } from '../engine/json.ts';
import { type StateTest, type StateTestResult, testState } from '../engine/test-state.ts';
import type { StatesParts } from '../states-parts.ts';
import { checkJson } from './check-input.ts';

export function createTestStateOperations(context: RuntimeContext, parts: StatesParts): Record<string, Operation> {
  return {
    TestState: {
      authorize: (input: TestStateInput) => [
        { action: 'states:TestState', resource: '*' },
        ...(input.roleArn === undefined
          ? []
          : [
              {
                action: 'iam:PassRole',
                resource: input.roleArn,
                context: { 'iam:PassedToService': 'states.amazonaws.com' },
              },
            ]),
      ],
      async handle(input: TestStateInput, call: CallContext): Promise<TestStateOutput> {
        const { state, diagnostics } = parseSingleState(input.definition ?? '', input.stateName);
        if (!state) throw new AwsError('InvalidDefinition', describeDiagnostics(diagnostics));
        if (state.type === 'Task' && input.roleArn === undefined && input.mock === undefined) {
          throw new AwsError(
            'ValidationException',
            'a Task is tested with the role that makes its call: give roleArn or mock',
          );
        }
        const text = checkJson(input.input ?? '{}', 'InvalidExecutionInput', 'State Machine Execution Input');
        const mock = readMock(input);
        const test: StateTest = {
          state,
          input: JSON.parse(text) as Json,
          variables: JSON.parse(input.variables ?? '{}') as JsonObject,
          roleArn: input.roleArn ?? `arn:aws:iam::${call.accountId}:role/none`,
          region: call.region,
          accountId: call.accountId,
          retryCount: input.stateConfiguration?.retrierRetryCount ?? 0,
          ...(mock === undefined ? {} : { mock }),
        };
        const result = await context.clock.work(testState(parts.engine, test));
        return describeResult(result, text, input.inspectionLevel ?? 'INFO');
      },
    },
  };
}

function readMock({ mock }: TestStateInput): StateTest['mock'] {
  if (mock?.errorOutput) {
    const { error = 'States.TaskFailed', cause } = mock.errorOutput;
    return cause === undefined ? { error } : { error, cause };
  }
  return mock?.result === undefined ? undefined : { result: JSON.parse(mock.result) as Json };
}

function describeResult(result: StateTestResult, input: string, inspectionLevel: string): TestStateOutput {
  const { status, nextState, error, cause, catchIndex, retryIndex, retryBackoffIntervalSeconds } = result;
  const asText = (value: Json | undefined) => (value === undefined ? undefined : JSON.stringify(value));
  const errorDetails = defined({ catchIndex, retryIndex, retryBackoffIntervalSeconds });
  const inspectionData = defined({
    input,
    afterArguments: asText(result.afterArguments),
    result: asText(result.result),
    variables: asText(result.variables),
    errorDetails: Object.keys(errorDetails).length > 0 ? errorDetails : undefined,
  });
  return defined({
    status,
    output: asText(result.output),
    nextState,
    error,
    cause,
    inspectionData: inspectionLevel === 'INFO' ? undefined : inspectionData,
  }) as TestStateOutput;
}
