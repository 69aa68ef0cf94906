// Starts a workflow by hand and waits for its end.
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Connection } from './connection.ts';
import { describeCause } from './describe-cause.ts';
import { CommandFailure } from './output.ts';

export interface StartedExecution {
  readonly executionArn: string;
  readonly status: string;
  /** Of an execution that has ended: `succeeded`, `failed`, or the workflow's own word, such as `refused`. */
  readonly outcome: string | undefined;
  /** Of an execution that has ended: how, in words. */
  readonly reason: string | undefined;
}

/** With `wait` it returns when the execution has ended. @throws CommandFailure when the deployment has no such workflow. */
export async function runWorkflow(
  connection: Connection,
  name: string,
  input: object,
  wait: boolean,
): Promise<StartedExecution> {
  const stateMachineArn = connection.deployment.workflowArns[name];
  if (stateMachineArn === undefined) throw new CommandFailure(`this deployment has no workflow ${name}`);
  const { executionArn = '' } = await connection.stepFunctions.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  for (;;) {
    const {
      status = 'RUNNING',
      output,
      cause,
    } = await connection.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (!wait || status !== 'RUNNING') {
      const end = parseEnd(output) ?? { reason: cause && describeCause(cause) };
      const outcome = status === 'RUNNING' ? undefined : (end.outcome ?? 'failed');
      return { executionArn, status, outcome, reason: end.reason };
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

function parseEnd(
  output: string | undefined,
): { readonly outcome?: string; readonly reason?: string | undefined } | undefined {
  return output === undefined ? undefined : (JSON.parse(output) as { outcome?: string; reason?: string });
}
