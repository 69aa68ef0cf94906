// The values that configuration keys are made of, each with what it allows.
import { z } from 'zod';

export const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
    'must be 2-40 lower-case letters, digits and dashes, beginning with a letter',
  );
export const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1');
export const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https:// address' });
export const path = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+$/, 'must be a relative path without ".."');
export const urlPath = z.string().regex(/^\/[^\s]*$/, 'must be a path that begins with "/"');
export const minutes = (maximum: number) => z.int().min(1).max(maximum);
export const days = (maximum: number) => z.int().min(1).max(maximum);
/** Six fields, exactly one of day-of-month and day-of-week being "?". @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const scheduleExpression = z
  .string()
  .regex(
    /^(cron\((\S+ ){5}\S+\)|rate\(\d+ (minute|minutes|hour|hours|day|days)\))$/,
    'must be cron(m h dom mon dow year) or rate(n unit)',
  );
export const gitHubLogin = z
  .string()
  .regex(/^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/, 'must be a GitHub user or organisation');
export const hostName = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
    'must be a name in DNS, in lower case and without a dot at the end',
  );
/** Of Route 53. */
export const hostedZoneId = z
  .string()
  .regex(/^Z[A-Z0-9]{1,31}$/, 'must be the id of a hosted zone, such as Z0123456789ABCDEFGHIJ');
export const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin');

function isTimeZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

/** The days for which CloudWatch Logs can keep a log group. */
export const logRetentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653]);
