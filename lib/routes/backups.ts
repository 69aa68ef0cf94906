// What starts backups and the recovery region.
import { backupCompletedPattern } from '../../contracts/events/replication.ts';
import type { EventRoute, ScheduleRoute } from './route.ts';

export const backupRoutes: readonly EventRoute[] = [
  {
    id: 'backup-replicates',
    description: 'A completed backup is followed on its way to the recovery region',
    pattern: backupCompletedPattern,
    target: { workflow: 'replicate-to-recovery-region' },
    deadLetters: 'backups',
  },
];

export const backupSchedules: readonly ScheduleRoute[] = [
  {
    id: 'back-up-database',
    description: 'Every database is backed up, every night',
    schedule: 'backUpDatabase',
    target: { workflow: 'back-up-database' },
    deadLetters: 'backups',
  },
  {
    id: 'back-up-configuration',
    description: 'What is configured in the clusters is backed up, every night after the databases',
    schedule: 'backUpConfiguration',
    target: { workflow: 'back-up-configuration' },
    deadLetters: 'backups',
  },
  {
    id: 'replicate-to-recovery-region',
    description: 'What must stand in the recovery region is measured, and sent again where it is missing, every hour',
    schedule: 'replicateToRecoveryRegion',
    target: { workflow: 'replicate-to-recovery-region' },
    deadLetters: 'backups',
  },
  {
    id: 'verify-backup',
    description: 'The newest backup of each database is proven by a restore, every week',
    schedule: 'verifyBackup',
    target: { workflow: 'verify-backup' },
    deadLetters: 'backups',
  },
  {
    id: 'apply-retention',
    description: 'What expired enters the catalogue, and the last proven backup is kept, every day',
    schedule: 'applyRetention',
    target: { function: 'apply-retention' },
    deadLetters: 'backups',
  },
];
