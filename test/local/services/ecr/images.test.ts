// Images of ECR: by digest, replicated in their own time, and what was there before by a backfill.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEcrModule } from '../../../../local/services/ecr/module.ts';
import { ACCOUNT_ID, createServiceHarness, REGION, type ServiceHarness } from '../service-harness.ts';

let harness: ServiceHarness;
beforeEach(async () => {
  harness = await createServiceHarness([createEcrModule]);
});
afterEach(() => harness.stop());

const there = 'eu-west-1';
const inRegion = (region: string, operation: string, input: object) =>
  harness.context.call<Record<string, unknown>>({
    ...{ service: 'ecr', operation, input, region },
    principal: { kind: 'operator', arn: '', accountId: ACCOUNT_ID },
  });
const replicate = (filter = 'pyairtable/') =>
  harness.create('AWS::ECR::ReplicationConfiguration', 'Replication', {
    ReplicationConfiguration: {
      Rules: [
        {
          Destinations: [{ Region: there, RegistryId: ACCOUNT_ID }],
          RepositoryFilters: [{ Filter: filter, FilterType: 'PREFIX_MATCH' }],
        },
      ],
    },
  });
async function push(repositoryName: string, imageManifest: string): Promise<string> {
  const { image } = await inRegion(REGION, 'PutImage', { repositoryName, imageManifest });
  return (image as { imageId: { imageDigest: string } }).imageId.imageDigest;
}
async function isThere(repositoryName: string, imageDigest: string): Promise<boolean> {
  const { images } = await inRegion(there, 'BatchGetImage', { repositoryName, imageIds: [{ imageDigest }] });
  return (images as object[]).length === 1;
}

describe('a registry', () => {
  beforeEach(async () => {
    for (const repositoryName of ['pyairtable/frontend', 'other'])
      await inRegion(REGION, 'CreateRepository', { repositoryName });
  });

  it('replicates what is pushed from then on, in its own time, and nothing of other repositories', async () => {
    await replicate();
    await harness.start();
    const [frontend, other] = [await push('pyairtable/frontend', '{"a":1}'), await push('other', '{"b":1}')];
    expect(await isThere('pyairtable/frontend', frontend)).toBe(false);
    await harness.clock.advance(5 * 60_000);
    expect(await isThere('pyairtable/frontend', frontend)).toBe(true);
    await expect(isThere('other', other)).rejects.toThrow(/'other' does not exist in the registry/);
  });

  it('sends what was there before by a backfill, one at a time, and only to where it replicates', async () => {
    const destination = { region: there, registryId: ACCOUNT_ID };
    const frontend = await push('pyairtable/frontend', '{"a":1}');
    await expect(inRegion(REGION, 'StartReplicationBackfill', { destination })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await replicate();
    await harness.start();
    expect(await inRegion(REGION, 'StartReplicationBackfill', { destination })).toMatchObject({
      status: 'IN_PROGRESS',
    });
    await expect(inRegion(REGION, 'StartReplicationBackfill', { destination })).rejects.toMatchObject({
      name: 'ReplicationBackfillInProgressException',
    });
    expect(await isThere('pyairtable/frontend', frontend)).toBe(false);
    await harness.clock.advance(5 * 60_000);
    expect(await isThere('pyairtable/frontend', frontend)).toBe(true);
    expect(await inRegion(REGION, 'ListReplicationBackfills', {})).toMatchObject({
      backfills: [{ status: 'COMPLETE', progress: { totalReplicationCount: 1, completedReplicationCount: 1 } }],
    });
  });
});
