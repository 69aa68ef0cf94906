// What counts as healthy where an environment moves to, and what is said of the age of its data; what it comes home with enters the catalogue.
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { DatabaseFacts, Manifest } from '../../../contracts/backup-manifest.ts';
import type { BackupRecord } from '../../../contracts/ledger/backups.ts';
import { isRestorable, isRestorableAtHome } from '../../../core/backups/agent-backup.ts';
import type { ApplicationObservation } from '../../../core/promotion/decide-rollout.ts';
import { recordMove } from '../../../core/recovery/record-move.ts';
import { atSite } from '../../../core/recovery/recovery-side.ts';
import { type SitePorts, verifySite } from '../../../core/recovery/verify-site.ts';

const configuration = loadConfiguration(new URL('../../../config/pyairtable.yaml', import.meta.url).pathname);
const now = '2026-12-05T10:00:00.000Z';
/** Says everything that any smoke test wants to read. */
const body = Object.values(configuration.services)
  .flatMap(({ smokeTests }) => smokeTests.map(({ expectedBody = '' }) => expectedBody))
  .join(' ');
const facts = { tables: [{ name: 'records', rows: 2000 }] } as unknown as DatabaseFacts;

function ports(changed: {
  readonly status?: number;
  readonly application?: Partial<ApplicationObservation>;
  readonly facts?: DatabaseFacts;
}): SitePorts {
  const application = { syncStatus: 'Synced', healthStatus: 'Healthy', ...changed.application };
  return {
    probe: {
      get: async () => ({ status: changed.status ?? 200, body, durationMilliseconds: 1 }) as never,
    },
    clock: { now: () => Date.parse(now), sleep: async () => undefined },
    readApplication: async () => application as ApplicationObservation,
    findResult: async () =>
      changed.facts === undefined
        ? undefined
        : { outcome: 'succeeded', reason: '', finishedAt: now, facts: changed.facts },
  };
}
const restores = [{ database: 'pyairtable', bucket: 'b', job: 'j' }];

describe('a site', () => {
  it.each<[string, Parameters<typeof ports>[0], boolean, RegExp]>([
    ['its services answer and Argo CD calls it healthy', {}, true, /passed/],
    ['its services do not answer', { status: 503 }, false, /failed/],
    [
      'Argo CD calls it degraded',
      { application: { healthStatus: 'Degraded', healthMessage: 'no pods' } },
      false,
      /passed; Argo CD calls it Degraded: no pods/,
    ],
    ['Argo CD is not at what Git says', { application: { syncStatus: 'OutOfSync' } }, false, /Argo CD says OutOfSync/],
  ])('when %s', async (_, changed, healthy, reason) => {
    expect(await verifySite(configuration, ports(changed), [])).toMatchObject({
      ...{ healthy, reason: expect.stringMatching(reason) },
    });
  });

  it.each<[string, DatabaseFacts | undefined, string]>([
    ['unknown', undefined, 'what pyairtable holds is not known'],
    ['counted', facts, 'pyairtable holds 2000 rows of 1 tables, of what age is not known'],
    [
      'dated',
      { ...facts, newestRecordAt: '2026-12-05T09:30:00.000Z' },
      'the newest of 2026-12-05T09:30:00.000Z, 30 min ago',
    ],
    ['old', { ...facts, newestRecordAt: '2026-12-01T10:00:00.000Z' }, '5760 min ago where 1560 are allowed'],
  ])('says of data that are %s how they are, and is no less healthy for that', async (_, found, words) => {
    const { healthy, data } = await verifySite(
      configuration,
      ports(found === undefined ? {} : { facts: found }),
      restores,
    );
    expect([healthy, data.endsWith(words)]).toEqual([true, true]);
  });

  it('in the recovery region has an Application of its own', () => {
    expect(atSite(configuration, 'recovery').environments.prod?.argoApplication).toBe('pyairtable-prod-recovery');
    expect(atSite(configuration, 'primary').environments.prod?.argoApplication).toBe('pyairtable-prod');
  });
});

describe('the backup that an environment comes home with', () => {
  const backup = {
    ...{ backupId: 'prod.pyairtable.dump.1', environment: 'prod', database: 'pyairtable', bucket: 'replica' },
    ...{ prefix: 'database/1/pyairtable/', tier: 'daily' as const, keepUntil: '2027-01-04T10:00:00.000Z' },
  };
  const move = { backup, job: 'j', failOverId: 'prod.move', executionArn: 'arn:this', actor: 'ada' };
  const object = { key: 'k', bytes: 7, sha256: 's', checksum: 'c' };
  const manifest = { ...facts, backupId: backup.backupId, startedAt: now, object, serverVersion: '18' } as Manifest;

  it.each([
    ['enters the catalogue as whole', object, 'complete'],
    ['enters it as failed when what is stored belies its manifest', { ...object, bytes: 6 }, 'failed'],
  ])('%s', async (_, stored, status) => {
    const written: BackupRecord[] = [];
    const objects = {
      findManifest: async () => manifest,
      describe: async () => stored,
      findResult: async () => undefined,
    };
    const begin = async (record: BackupRecord) => written.push(record) > 0;
    await recordMove({ objects, begin, now: () => now }, move);
    expect(written).toMatchObject([{ backupId: backup.backupId, status, site: 'recovery', bucket: 'replica' }]);
    const [record] = written as [BackupRecord];
    expect([isRestorable(record), isRestorableAtHome(record)]).toEqual([status === 'complete', false]);
    expect(record.replicatedAt !== undefined).toBe(status === 'complete');
  });
});
