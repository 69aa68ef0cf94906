// The event of a night after which the configuration of an environment is another than before.
import * as z from 'zod/mini';
import { metadataSchema } from './metadata.ts';

export const configurationSource = 'automation.configuration';
export const configurationEventTypes = ['ConfigurationChanged'] as const;

export const configurationDetailSchema = z.object({
  metadata: metadataSchema,
  configuration: z.object({
    environment: z.string(),
    backupId: z.string(),
    previousBackupId: z.string(),
    objects: z.number(),
    added: z.number(),
    removed: z.number(),
    changed: z.number(),
  }),
  /** One line for each object, never with a value: the first of them when there are many. */
  changes: z.array(z.string()),
  reason: z.string(),
});
export type ConfigurationDetail = z.infer<typeof configurationDetailSchema>;

export const configurationPattern = { source: [configurationSource], detailType: [...configurationEventTypes] };

export const configurationChangedExample: ConfigurationDetail = {
  metadata: {
    eventId: 'prod.configuration.configuration.20261124_030000-changed',
    correlationId: 'backup/prod.configuration.configuration.20261124_030000',
    occurredAt: '2026-11-24T03:00:09.020Z',
    actor: 'back-up-configuration',
  },
  configuration: {
    environment: 'prod',
    backupId: 'prod.configuration.configuration.20261124_030000',
    previousBackupId: 'prod.configuration.configuration.20261123_030000',
    objects: 214,
    added: 1,
    removed: 0,
    changed: 1,
  },
  changes: ['+ ConfigMap pyairtable-prod/limits', '~ Secret pyairtable-prod/database: data.PGPASSWORD'],
  reason: '1 added, 1 changed since prod.configuration.configuration.20261123_030000',
};
