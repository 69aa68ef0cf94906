import { GetBucketVersioningCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { REGION, startS3 } from './s3-runtime.ts';

describe('a declared bucket', () => {
  it('has a name that is valid and the same at every start', async () => {
    const runtime = await startS3();
    const declare = () => runtime.provide('AWS::S3::Bucket', {}, { logicalId: 'ClaimChecksBucket831646EF' });
    const first = await declare();
    expect(first).toEqual(await declare());
    expect(first).toMatchObject({
      ref: 'app-claimchecksbucket831646ef',
      attributes: {
        Arn: 'arn:aws:s3:::app-claimchecksbucket831646ef',
        RegionalDomainName: `app-claimchecksbucket831646ef.s3.${REGION}.amazonaws.com`,
      },
    });
  });

  it('keeps its objects and its policy, and cannot lose its versions, when it is declared again', async () => {
    const runtime = await startS3();
    const BucketName = 'declared-twice';
    const declare = (properties: object) => runtime.provide('AWS::S3::Bucket', { BucketName, ...properties });
    await declare({ VersioningConfiguration: { Status: 'Enabled' } });
    await runtime.client.send(new PutObjectCommand({ Bucket: BucketName, Key: 'o', Body: 'kept' }));
    await declare({});
    const { Body } = await runtime.client.send(new GetObjectCommand({ Bucket: BucketName, Key: 'o' }));
    expect(await Body?.transformToString()).toBe('kept');
    const versioning = await runtime.client.send(new GetBucketVersioningCommand({ Bucket: BucketName }));
    expect(versioning.Status).toBe('Suspended');
  });

  it('is refused under a name that is taken in another region', async () => {
    const runtime = await startS3();
    const properties = { BucketName: 'taken-name' };
    await runtime.provide('AWS::S3::Bucket', properties);
    await expect(runtime.provide('AWS::S3::Bucket', properties, { region: 'eu-north-1' })).rejects.toThrow(
      `bucket taken-name is in ${REGION} already`,
    );
  });

  it('is refused when it notifies what is not served here', async () => {
    const runtime = await startS3();
    await expect(
      runtime.provide('AWS::S3::Bucket', { NotificationConfiguration: { LambdaConfigurations: [] } }),
    ).rejects.toThrow('NotificationConfiguration.LambdaConfigurations is not served here');
  });
});
