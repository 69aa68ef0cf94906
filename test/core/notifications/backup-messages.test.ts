// The words for backups and restores.
import { describe, expect, it } from '@jest/globals';
import { backupCompletedExample, backupNotificationPattern, backupSource } from '../../../contracts/events/backup.ts';
import { buildAnnouncement } from '../../../core/notifications/build-announcement.ts';

const announce = (type: string) =>
  buildAnnouncement({ source: backupSource, 'detail-type': type, detail: backupCompletedExample as never })
    .announcement;

describe('a backup or restore', () => {
  it.each(backupNotificationPattern.detailType)('that is routed to people has words: %s', (type) => {
    const { headline, subject, facts } = announce(type);
    expect(headline).toMatch(/^pyairtable in prod (has|is|was|could)/);
    expect(subject).toBe('backup/backup/prod.pyairtable.dump.20261124_020000');
    expect(facts).toContainEqual({ label: 'backup', value: 'prod.pyairtable.dump.20261124_020000', code: true });
  });

  it('wakes somebody when a backup proves bad or a restore fails, and not when a night fails', () => {
    const severityOf = (type: string) => announce(type).severity;
    expect(['BackupVerificationFailed', 'RestoreFailed', 'BackupFailed'].map(severityOf)).toEqual([
      'critical',
      'critical',
      'warning',
    ]);
  });
});
