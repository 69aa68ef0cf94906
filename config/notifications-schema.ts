// Who is told of what, and where: `notifications` of the configuration.
import { z } from 'zod';
import { furtherChannels, notificationFamilies, severities } from '../contracts/notifications.ts';
import { httpsUrl } from './values.ts';

const channel = z.string().regex(/^#[a-z0-9_-]{1,79}$/, 'must be a Slack channel such as #deployments');

/** Tells more people than those in Slack. What ends a subject goes wherever its beginning went. */
const routeSchema = z.strictObject({
  to: z.enum(furtherChannels),
  /** All kinds of subjects by default. */
  families: z.array(z.enum(notificationFamilies)).min(1).optional(),
  /** All environments by default, and what belongs to none. */
  environments: z.array(z.string()).min(1).optional(),
  minimumSeverity: z.enum(severities),
});

export const notificationsSchema = z.strictObject({
  /** Slack is always told of every end; `minimumSeverity` spares it states on the way only. */
  slack: z.strictObject({
    apiUrl: httpsUrl.default('https://slack.com/api'),
    defaultChannel: channel,
    /** Channel by environment where it is not the default one. */
    channels: z.record(z.string(), channel).default({}),
    minimumSeverity: z.enum(severities).default('info'),
  }),
  pagerDuty: z
    .strictObject({ apiUrl: httpsUrl.default('https://events.pagerduty.com') })
    .default({ apiUrl: 'https://events.pagerduty.com' }),
  routes: z.array(routeSchema).default([{ to: 'email', minimumSeverity: 'critical' }]),
  /** Mail address that alarms go to, and what `routes` sends by e-mail. */
  alarmEmail: z.email(),
});
export type NotificationsConfiguration = z.output<typeof notificationsSchema>;
