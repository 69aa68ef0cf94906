// Objects that S3 does not replicate by itself, on two real buckets in two regions: they are seen, sent again, and then counted as arrived.
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from '@jest/globals';
import type { BackupRecord } from '../../../contracts/ledger/backups.ts';
import { createS3Replicas } from '../../../lambdas/adapters/s3-replicas.ts';
import { REGION, startS3 } from '../../local/services/s3/s3-runtime.ts';

it('sends again what has not arrived after 15 minutes, with its tag and its lock, and knows it afterwards', async () => {
  const { client, clientFor, provide } = await startS3();
  const there = clientFor({ region: 'us-east-1' });
  const versioned = { VersioningConfiguration: { Status: 'Enabled' }, ObjectLockEnabled: true };
  await provide('AWS::S3::Bucket', { BucketName: 'shop-dev-backups', ...versioned }, { region: REGION });
  const place = { region: 'us-east-1', logicalId: 'Replica' };
  await provide('AWS::S3::Bucket', { BucketName: 'shop-dev-backups-replica', ...versioned }, place);
  for (const Key of ['configuration/s/a.jsonl.gz', 'configuration/s/manifest.json', 'sealing-keys/s/key.json'])
    await client.send(
      new PutObjectCommand({ Bucket: 'shop-dev-backups', Key, Body: Key, ChecksumAlgorithm: 'SHA256' }),
    );
  const follow = createS3Replicas(
    { here: client, there },
    { application: 'shop', backups: { lock: 'governance' } as never },
  );
  const backup = {
    ...{ bucket: 'shop-dev-backups', prefix: 'configuration/s/', subject: 'configuration', environment: 'dev' },
    ...{ tier: 'daily', keepUntil: '2099-01-01T00:00:00.000Z' },
  } as BackupRecord;
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  expect(await follow(backup, later(5))).toEqual({ arrived: false, resent: 0 });
  expect(await follow(backup, later(20))).toEqual({ arrived: false, resent: 3 });
  expect(await follow(backup, later(21))).toEqual({ arrived: true, resent: 0 });
  expect(await follow({ ...backup, prefix: 'configuration/none/' }, later(21))).toEqual({ arrived: false, resent: 0 });
});
