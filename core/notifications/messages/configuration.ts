// What people are told of a night that changed the configuration: one message for each backup, with the changed objects in its thread.
import {
  configurationDetailSchema,
  configurationEventTypes,
  configurationSource,
} from '../../../contracts/events/configuration.ts';
import { defineMessages } from '../define-messages.ts';

export const configurationMessages = defineMessages({
  source: configurationSource,
  types: configurationEventTypes,
  schema: configurationDetailSchema,
  build(_type, { configuration, changes, reason }) {
    return {
      subject: `configuration/${configuration.backupId}`,
      family: 'configuration',
      environment: configuration.environment,
      severity: 'info',
      rank: 0,
      closes: true,
      mark: 'note',
      headline: `The configuration of ${configuration.environment} has changed`,
      reason,
      facts: [
        { label: 'objects', value: String(configuration.objects) },
        { label: 'backup', value: configuration.backupId, code: true },
      ],
      details: changes.map((line, index) => ({ label: `${index + 1}`, value: line })),
    };
  },
});
