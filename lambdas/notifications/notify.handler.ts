// On domain events: tells people what became of their subject, in one message that is edited.
import { announcedEventSchema, buildAnnouncement } from '../../core/notifications/build-announcement.ts';
import { tellPeople } from '../../core/notifications/tell-people.ts';
import { connectChannels } from '../adapters/connect-channels.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { createDynamoNotificationOutbox } from '../adapters/dynamo-notification-outbox.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineEventHandler } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { logger } from '../platform/logger.ts';
import { systemClock } from '../platform/system-clock.ts';

const environment = readEnvironment([
  'LEDGER_TABLE_NAME',
  'SLACK_SECRET_ID',
  'PAGER_DUTY_SECRET_ID',
  'GITHUB_SECRET_ID',
  'ALARM_TOPIC_ARN',
  'ADDRESSES_PARAMETER_PATH',
]);
const { notifications, retention } = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const ports = {
  outbox: createDynamoNotificationOutbox(ledger, systemClock, retention.eventDays),
  channelOf: connectChannels(environment),
  onFailure: (channel: string, error: unknown) =>
    logger.warn('a channel took nothing', { channel, reason: String(error) }),
};

/** Throws what a channel did not take: the event is tried again, and then lies in the dead-letter queue. */
export const handler = defineEventHandler({
  input: announcedEventSchema,
  async handle(event, { requestId }) {
    const { announcement, order } = buildAnnouncement(event);
    const channels = await tellPeople(ports, notifications, { announcement, order, holder: requestId });
    return { subject: announcement.subject, channels };
  },
});
