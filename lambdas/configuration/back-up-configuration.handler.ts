// Steps BackUpConfiguration and RecordFailure of back-up-configuration.
import { backUpConfigurationTask } from '../../contracts/workflows/back-up-configuration.ts';
import { backUpConfiguration, failConfigurationBackup } from '../../core/configuration-backup/back-up-configuration.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';
import { connectConfigurationBackups } from './connect-configuration-backups.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'EVENT_BUS_NAME', 'PEPPER_KEY_ID']);
const parts = connectConfigurationBackups(readConfiguration(), {
  ledger: environment.LEDGER_TABLE_NAME,
  bus: environment.EVENT_BUS_NAME,
  pepperKey: environment.PEPPER_KEY_ID,
});

export const handler = defineTask({
  ...backUpConfigurationTask,
  async handle({ backup, now, failure }) {
    return failure === undefined
      ? await backUpConfiguration(parts, backup, now)
      : await failConfigurationBackup(parts, backup, now, failure);
  },
});
