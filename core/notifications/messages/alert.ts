// What people are told of alerts themselves: only that some were left out. Each alert's consequence is told by what acts on it.
import { alertSource, truncatedAlertsDetailSchema } from '../../../contracts/events/alert.ts';
import { defineMessages } from '../define-messages.ts';

export const alertMessages = defineMessages({
  source: alertSource,
  types: ['alert.truncated'],
  schema: truncatedAlertsDetailSchema,
  build(_type, { metadata, group, truncatedAlerts, reason }) {
    return {
      subject: `alert/${metadata.eventId}`,
      family: 'alert',
      severity: 'warning',
      rank: 0,
      closes: true,
      mark: 'note',
      headline: `${truncatedAlerts} alerts did not reach us`,
      reason,
      facts: [
        { label: 'receiver', value: group.receiver, code: true },
        { label: 'group', value: group.key, code: true },
      ],
      details: [],
    };
  },
});
