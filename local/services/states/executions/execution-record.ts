// An execution as it is stored.
import type { ExecutionStatus } from '@aws-sdk/client-sfn';

export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly revisionId: string;
  readonly status: ExecutionStatus;
  /** As it was given: JSON text. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly startedAtMilliseconds: number;
  readonly stoppedAtMilliseconds?: number;
  /** The last event of its history; kept when it has ended. */
  readonly lastEventId: number;
  readonly redriveCount: number;
  readonly redrivenAtMilliseconds?: number;
  readonly traceHeader?: string;
  /** The status-change event of its end has not been published yet. */
  readonly hasUnpublishedEnd?: boolean;
}
