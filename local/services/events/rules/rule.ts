// A rule of an event bus with its targets.
import type { Target } from '@aws-sdk/client-eventbridge';

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly busName: string;
  readonly description?: string;
  readonly isEnabled: boolean;
  /** JSON text. */
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly roleArn?: string;
  readonly targets: readonly Target[];
}

export const DEFAULT_MAXIMUM_RETRY_ATTEMPTS = 185;
export const DEFAULT_MAXIMUM_EVENT_AGE_SECONDS = 86_400;
