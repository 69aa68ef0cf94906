// What a night stores, tells and records, and what a failure leaves behind.
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { configurationManifestSchema } from '../../../contracts/configuration-backup.ts';
import { backupDetailSchema } from '../../../contracts/events/backup.ts';
import { configurationChangedExample, configurationDetailSchema } from '../../../contracts/events/configuration.ts';
import {
  backUpConfiguration,
  failConfigurationBackup,
} from '../../../core/configuration-backup/back-up-configuration.ts';
import type { KubernetesObject } from '../../../core/configuration-backup/describe-object.ts';
import { planConfigurationBackups } from '../../../core/configuration-backup/plan-configuration-backups.ts';
import { configuration, openNights } from './nights.ts';

const planted = 'canary-5d21e-value';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const textOf = (content: Uint8Array | undefined): string => Buffer.from(content ?? []).toString('utf8');
const configMap = (name: string, data: object): KubernetesObject => ({
  metadata: { name, namespace: 'pyairtable-dev' },
  data,
});
const secret = (value: string): KubernetesObject => ({
  metadata: { name: 'database', namespace: 'pyairtable-dev', resourceVersion: '1' },
  type: 'Opaque',
  data: { PGPASSWORD: base64(value) },
});

describe('a night', () => {
  it('stores every kind in one file each, the manifest last, and completes the catalogue', async () => {
    const { set, night, bucket, catalogue, events } = openNights();
    set('/api/v1/configmaps', [configMap('b', {}), configMap('a', { level: 'info' })]);
    set('/api/v1/secrets', [secret(planted)]);
    set('/apis/flagger.app/v1beta1/canaries', undefined);
    expect(await night('24')).toMatchObject({ outcome: 'complete', objects: 3, sealedSecrets: 0 });
    expect([...bucket.keys()].at(-1)).toBe('configuration/20261124_030000/manifest.json');
    const { files } = configurationManifestSchema.parse(JSON.parse(textOf([...bucket.values()].at(-1))));
    expect(files.filter(({ absent }) => absent).map(({ resource }) => resource)).toEqual(['canaries.flagger.app']);
    expect([...catalogue.values()]).toMatchObject([{ status: 'complete', rows: 3, tier: 'monthly' }]);
    expect(backupDetailSchema.parse(events[0]?.detail)).toMatchObject({
      backup: { subject: 'configuration', rows: 3 },
    });
  });

  it('gives the same bytes for the same objects, and says nothing then', async () => {
    const { set, night, bucket, types } = openNights();
    set('/api/v1/configmaps', [configMap('a', { x: '1', y: '2' })]);
    await night('24');
    set('/api/v1/configmaps', [configMap('a', { y: '2', x: '1' })]);
    await night('25');
    const of = (stamp: string) => bucket.get(`configuration/${stamp}_030000/pyairtable-dev/configmaps.jsonl.gz`);
    expect(of('20261124')).toBeDefined();
    expect(of('20261125')).toEqual(of('20261124'));
    expect(types()).toEqual(['BackupCompleted', 'BackupCompleted']);
  });

  it('tells what is another than the night before, and keeps all of it beside the backup', async () => {
    const { set, night, bucket, events } = openNights();
    set('/api/v1/configmaps', [configMap('a', { level: 'info' })]);
    await night('24');
    set('/api/v1/configmaps', [configMap('a', { level: 'debug' }), configMap('b', {})]);
    await night('25');
    const event = events.find(({ detailType }) => detailType === 'ConfigurationChanged');
    expect(configurationDetailSchema.parse(event?.detail)).toMatchObject({
      configuration: { added: 1, removed: 0, changed: 1 },
      changes: ['~ ConfigMap pyairtable-dev/a: data.level', '+ ConfigMap pyairtable-dev/b'],
      reason: '1 added, 1 changed since dev.configuration.configuration.20261124_030000',
    });
    expect(textOf(bucket.get('configuration/20261125_030000/changes.txt')).split('\n')).toHaveLength(3);
  });

  it('shows a planted value nowhere: not in the bucket, the catalogue or an event', async () => {
    const { set, night, bucket, catalogue, events } = openNights();
    set('/api/v1/secrets', [secret(planted)]);
    await night('24');
    set('/api/v1/secrets', [secret(`${planted}2`)]);
    await night('25');
    const stored = [...bucket].map(([key, content]) => textOf(key.endsWith('.gz') ? gunzipSync(content) : content));
    const everything = JSON.stringify([stored, [...catalogue.values()], events]);
    expect(everything).toContain('hashes.PGPASSWORD');
    expect(everything).not.toContain(planted);
    expect(everything).not.toContain(base64(planted).slice(0, 16));
  });

  it.each(['configmaps.jsonl.gz', 'sealedsecrets.bitnami.com.jsonl.gz', 'manifest.json'])(
    'that dies at %s leaves no backup that looks good, and the next run completes',
    async (suffix) => {
      const { plan, parts, failAt, night, catalogue, bucket, types } = openNights();
      failAt(suffix);
      const [backup] = (await plan('24')).backups;
      if (backup === undefined) throw new Error('nothing was planned');
      await expect(backUpConfiguration(parts, backup, '2026-11-24T03:00:09Z')).rejects.toThrow('AccessDenied');
      expect([...bucket.keys()].some((key) => key.endsWith('manifest.json'))).toBe(false);
      expect([...catalogue.values()].map(({ status }) => status)).toEqual(['running']);
      await failConfigurationBackup(parts, backup, '2026-11-24T03:09:00Z', 'AccessDenied: kms:GenerateDataKey');
      failAt(undefined);
      expect(await night('25')).toMatchObject({ outcome: 'complete' });
      expect([...catalogue.values()].map(({ status, reason }) => [status, reason])).toEqual([
        ['failed', 'AccessDenied: kms:GenerateDataKey'],
        ['complete', undefined],
      ]);
      expect(types()).toEqual(['BackupFailed', 'BackupCompleted']);
    },
  );

  it('is made once by two triggers at once, and the plan of one can be repeated', async () => {
    const { plan } = openNights();
    expect((await plan('24', 'arn:1')).backups).toHaveLength(1);
    expect((await plan('24', 'arn:1')).backups).toHaveLength(1);
    const second = await plan('24', 'arn:2');
    expect(second).toMatchObject({ backups: [], skipped: [expect.stringContaining('still being made')] });
  });

  it('refuses an environment that nobody knows', async () => {
    const asked = planConfigurationBackups(configuration, openNights().parts.store, {
      request: { environment: 'moon' },
      executionArn: 'arn:1',
      startedAt: '2026-11-24T03:00:00Z',
    });
    await expect(asked).rejects.toThrow('no environment moon, there are dev, staging, prod');
  });

  it('has an example that keeps the contract', () => {
    expect(configurationDetailSchema.parse(configurationChangedExample)).toEqual(configurationChangedExample);
  });
});
