// Which channels are told of a state of a subject.
import type { NotificationsConfiguration } from '../../config/notifications-schema.ts';
import { type Announcement, type FurtherChannel, type Severity, severities } from '../../contracts/notifications.ts';

/** A channel by the name that the ledger keeps it under; of Slack with the channel in it. */
export type ChannelName = `slack#${string}` | FurtherChannel;

/**
 * Slack is told of every end, by construction; of what is on its way when it is severe enough. The other channels by the
 * routes. A channel that was told of the subject before hears every later state: nothing is left open that has ended.
 */
export function findChannels(
  { slack, routes }: NotificationsConfiguration,
  announcement: Announcement,
  knowing: readonly string[],
): readonly ChannelName[] {
  const { environment, closes, severity, family } = announcement;
  const isSevere = (minimum: Severity): boolean => severities.indexOf(severity) >= severities.indexOf(minimum);
  const inSlack: ChannelName = `slack#${(slack.channels[environment ?? ''] ?? slack.defaultChannel).slice(1)}`;
  const asked = routes
    .filter(
      (route) =>
        isSevere(route.minimumSeverity) &&
        (route.families?.includes(family) ?? true) &&
        (route.environments === undefined || (environment !== undefined && route.environments.includes(environment))),
    )
    .map(({ to }) => to);
  const told = knowing.filter((name): name is ChannelName => name === inSlack || !name.startsWith('slack'));
  return [
    ...new Set<ChannelName>([...(closes || isSevere(slack.minimumSeverity) ? [inSlack] : []), ...asked, ...told]),
  ];
}
