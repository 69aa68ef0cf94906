// What EventBridge refuses in a rule or a target, in its own words.
import type { Target } from '@aws-sdk/client-eventbridge';
import { InvalidScheduleExpression, parseScheduleExpression } from '../../../clock/schedule-expression.ts';
import { AwsError } from '../../../runtime/service.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';
import { TARGET_SERVICES } from '../targets/dispatch-target.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAXIMUM_PATTERN_CHARACTERS = 2_048;
const MAXIMUM_TARGETS = 5;

/** Throws ValidationException or InvalidEventPatternException. */
export function validateRule(rule: {
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  readonly busName: string;
}): void {
  if (!rule.eventPattern && !rule.scheduleExpression) {
    throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (rule.eventPattern) {
    if (rule.eventPattern.length > MAXIMUM_PATTERN_CHARACTERS) {
      throw new AwsError(
        'LimitExceededException',
        `The event pattern has ${rule.eventPattern.length} characters: at most ${MAXIMUM_PATTERN_CHARACTERS} are allowed.`,
      );
    }
    parsePattern(rule.eventPattern);
  }
  if (!rule.scheduleExpression) return;
  if (rule.busName !== 'default') {
    throw new AwsError('ValidationException', 'ScheduleExpression is supported only on the default event bus.');
  }
  try {
    if (parseScheduleExpression(rule.scheduleExpression).kind === 'at')
      throw new InvalidScheduleExpression('rules know no at()');
  } catch (error) {
    if (!(error instanceof InvalidScheduleExpression)) throw error;
    throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.', { cause: error });
  }
}

/** Throws when a target cannot be delivered to here, or there are too many. */
export function validateTargets(targets: readonly Target[]): void {
  if (targets.length > MAXIMUM_TARGETS) {
    throw new AwsError(
      'LimitExceededException',
      `The requested resource exceeds the maximum number allowed: ${MAXIMUM_TARGETS} targets per rule.`,
    );
  }
  for (const target of targets) {
    const service = target.Arn?.split(':')[2] ?? '';
    if (!TARGET_SERVICES.includes(service)) {
      throw new AwsError(
        'ValidationException',
        `Parameter ${target.Arn} is not valid. Reason: targets of service "${service}" do not run here, only ${TARGET_SERVICES.join(', ')}.`,
      );
    }
    if (service === 'states' && !target.RoleArn) {
      throw new AwsError('ValidationException', `RoleArn is required for target ${target.Arn}.`);
    }
    if ([target.Input, target.InputPath, target.InputTransformer].filter((input) => input !== undefined).length > 1) {
      throw new AwsError(
        'ValidationException',
        `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
      );
    }
  }
}
