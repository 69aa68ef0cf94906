// `automation certificates renew`: starts renew-certificate by hand, or with --plan says what it would do and does nothing.
import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import {
  planRenewalTask,
  type RenewalPlan,
  type RenewalRequest,
  renewalRequestSchema,
} from '../../contracts/workflows/renew-certificate.ts';
import type { Connection } from '../connection.ts';
import { invokeFunction } from '../invoke-function.ts';
import { CommandFailure, exitCodes, printable } from '../output.ts';
import { runWorkflow, type StartedExecution } from '../run-workflow.ts';

export interface RenewalOptions {
  readonly application: string;
  readonly name: string;
  readonly reason: string;
  readonly actor: string;
  readonly insist: boolean;
  /** ISO 8601: the time by which the plan is made. */
  readonly now: string;
}

/** As the workflow's own decision sees it. Changes nothing. */
export async function planRenewal(connection: Connection, options: RenewalOptions): Promise<RenewalPlan> {
  const plan = await invokePlan(connection, options);
  const isHeld = plan.holder !== undefined && (await isRunning(connection, plan.holder));
  return plan.holder === undefined || isHeld ? plan : await invokePlan(connection, options, plan.holder);
}

async function invokePlan(connection: Connection, options: RenewalOptions, deadHolder?: string): Promise<RenewalPlan> {
  const payload = {
    request: buildRequest(options),
    renewalId: 'plan',
    executionArn: 'plan',
    startedAt: options.now,
    planOnly: true,
    deadHolder,
  };
  return await invokeFunction(connection, `${options.application}-plan-renewal`, payload, planRenewalTask.output);
}

/** As the workflow itself asks: whoever does not run any more holds nothing. */
async function isRunning({ stepFunctions }: Connection, executionArn: string): Promise<boolean> {
  try {
    return (await stepFunctions.send(new DescribeExecutionCommand({ executionArn }))).status === 'RUNNING';
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return false;
    throw error;
  }
}

/** Starts the workflow; with `wait` it returns when the execution has ended. */
export async function renewCertificate(
  connection: Connection,
  options: RenewalOptions & { readonly wait: boolean },
): Promise<StartedExecution> {
  return await runWorkflow(connection, 'renew-certificate', { request: buildRequest(options) }, options.wait);
}

export function renderRenewalPlan({ outcome, reason, steps }: RenewalPlan): string {
  const words = { acted: 'would be renewed', suppressed: 'would not be renewed now', refused: 'cannot be renewed' };
  return [
    `${words[outcome]}: ${printable(reason)}`,
    ...steps.map((step, index) => `  ${index + 1}. ${printable(step)}`),
  ].join('\n');
}

function buildRequest({ name, actor, reason, insist }: RenewalOptions): RenewalRequest {
  const parsed = renewalRequestSchema.safeParse({ name, actor, reason, ...(insist ? { insist } : {}) });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CommandFailure(`the request is not valid: ${problems.join('; ')}`, exitCodes.usage);
}
