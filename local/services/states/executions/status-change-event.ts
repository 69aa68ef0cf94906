// "Step Functions Execution Status Change", published on the default bus when an execution starts and ends.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import { getRegion } from '../state-machines/state-machine-record.ts';
import type { ExecutionRecord } from './execution-record.ts';

export function publishStatusChange(context: RuntimeContext, record: ExecutionRecord): Promise<void> {
  return context.publishAwsEvent({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    region: getRegion(record.arn),
    resources: [record.arn],
    detail: {
      executionArn: record.arn,
      stateMachineArn: record.stateMachineArn,
      name: record.name,
      status: record.status,
      startDate: record.startedAtMilliseconds,
      stopDate: record.stoppedAtMilliseconds ?? null,
      input: record.input,
      output: record.output ?? null,
      error: record.error ?? null,
      cause: record.cause ?? null,
      inputDetails: { included: true },
      outputDetails: record.output === undefined ? null : { included: true },
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: record.redriveCount,
      redriveDate: record.redrivenAtMilliseconds ?? null,
      redriveStatus: record.status === 'RUNNING' || record.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE',
    },
  });
}
