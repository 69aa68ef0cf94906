// Which limit of a target's retries is reached.
import { DEFAULT_MAXIMUM_EVENT_AGE_SECONDS, DEFAULT_MAXIMUM_RETRY_ATTEMPTS, type Rule } from '../rules/rule.ts';

/** Its name as in a dead letter's `EXHAUSTED_RETRY_CONDITION`; the age is that of the event at the next attempt. */
export function findExhaustedLimit(
  { RetryPolicy = {} }: Rule['targets'][number],
  failures: number,
  ageMilliseconds: number,
): string | undefined {
  const { MaximumEventAgeInSeconds = DEFAULT_MAXIMUM_EVENT_AGE_SECONDS } = RetryPolicy;
  const { MaximumRetryAttempts = DEFAULT_MAXIMUM_RETRY_ATTEMPTS } = RetryPolicy;
  if (failures > Number(MaximumRetryAttempts)) return 'MaximumRetryAttempts';
  return ageMilliseconds > Number(MaximumEventAgeInSeconds) * 1000 ? 'MaximumEventAgeInSeconds' : undefined;
}
