// What CloudWatch is told of executions: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
import type { ServiceMetrics } from '../../../runtime/service-metrics.ts';
import { getRegion } from '../state-machines/state-machine-record.ts';
import type { ExecutionRecord } from './execution-record.ts';

const END_METRICS: Readonly<Record<string, string>> = {
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/** To be called when the execution has started, was redriven, or has ended. */
export function measureExecution(
  metrics: ServiceMetrics,
  execution: Pick<
    ExecutionRecord,
    'stateMachineArn' | 'status' | 'startedAtMilliseconds' | 'stoppedAtMilliseconds' | 'redriveCount'
  >,
): void {
  const { stateMachineArn, status, startedAtMilliseconds, stoppedAtMilliseconds, redriveCount } = execution;
  const end = END_METRICS[status];
  const values = end
    ? { [end]: 1, ExecutionTime: (stoppedAtMilliseconds ?? startedAtMilliseconds) - startedAtMilliseconds }
    : { [redriveCount > 0 ? 'ExecutionsRedriven' : 'ExecutionsStarted']: 1 };
  metrics.add(getRegion(stateMachineArn), { StateMachineArn: stateMachineArn }, values);
}
