// The proof of a snapshot, step by step, through the SDK's own client against RDS's states.
import { RDSClient } from '@aws-sdk/client-rds';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { SnapshotProof } from '../../../contracts/workflows/advance-database.ts';
import { advanceProof, removeProof, sweepProofs } from '../../../core/snapshots/advance-proof.ts';
import { createRdsInstances } from '../../../lambdas/adapters/rds-instances.ts';
import { createKmsModule } from '../../../local/services/kms/module.ts';
import { createRdsModule } from '../../../local/services/rds/module.ts';
import { connectRds } from '../../../local/world/connect-rds.ts';
import { openRuntime } from '../../local/services/service-runtime.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const settings = configuration.databases.reporting?.environments.dev?.snapshot;
const minute = 60_000;
const proof: SnapshotProof = {
  ...{ snapshotId: 'pyairtable-dev-reporting-1', instance: 'pyairtable-proof-dev-reporting', engineVersion: '17.4' },
  ...{ subnetGroup: 'proofs', securityGroups: ['sg-0proofs'], instanceClass: 'db.t4g.medium', allocatedGigabytes: 20 },
  ...{ keyArn: String(settings?.keys.primary), timeoutMinutes: 60 },
};

async function open(changed: Partial<SnapshotProof> = {}) {
  const runtime = await openRuntime([createKmsModule, createRdsModule]);
  connectRds(runtime.context, configuration);
  const region = configuration.aws.primaryRegion;
  const endpoint = await runtime.listen();
  await runtime.start();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const instances = createRdsInstances(new RDSClient({ endpoint, region, credentials, maxAttempts: 1 }));
  const input = { DBInstanceIdentifier: settings?.identifier, DBSnapshotIdentifier: proof.snapshotId };
  await runtime.call('rds', 'CreateDBSnapshot', input, { region });
  await runtime.clock.advance(3 * minute);
  const now = () => new Date(runtime.clock.now()).toISOString();
  const begin = (job: string) => ({ job, startedAt: now(), proof: { ...proof, ...changed } });
  const advance = (step: ReturnType<typeof begin>) =>
    advanceProof(instances, step, { owner: 'automation', now: now() });
  return { runtime, instances, now, begin, advance };
}

describe('a proof', () => {
  it('restores, measures, judges what stands there, and takes it away', async () => {
    const { runtime, instances, begin, advance } = await open();
    const step = begin('verify-1');
    expect(await advance(step)).toMatchObject({ status: 'running', reason: expect.stringContaining('RDS restores') });
    expect(await advance(step)).toMatchObject({ status: 'running', reason: `${proof.instance} is creating` });
    await runtime.clock.advance(6 * minute);
    expect(await advance(step)).toMatchObject({
      ...{ status: 'succeeded', restoreSeconds: 360, reason: expect.stringContaining('its rows were not read') },
    });
    expect(await instances.find(proof.instance)).toMatchObject({ subnetGroup: 'proofs', tags: { proof: 'verify-1' } });
    expect(await removeProof(instances, step)).toMatchObject({ status: 'running' });
    await runtime.clock.advance(3 * minute);
    expect(await removeProof(instances, step)).toMatchObject({ status: 'succeeded' });
    expect(await instances.find(proof.instance)).toBeUndefined();
  });

  it.each<[string, Partial<SnapshotProof>, RegExp]>([
    ['another engine', { engineVersion: '16.1' }, /engine 17\.4 where 16\.1 is due/],
    ['another size', { allocatedGigabytes: 40 }, /storage in GB 20 where 40/],
    ['another key', { keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/other' }, /key arn:.* where arn:/],
  ])('fails on %s than what was backed up', async (_, changed, reason) => {
    const { runtime, begin, advance } = await open(changed);
    const step = begin('verify-1');
    await advance(step);
    await runtime.clock.advance(6 * minute);
    expect(await advance(step)).toMatchObject({ status: 'failed', reason: expect.stringMatching(reason) });
  });

  it('leaves another one alone while it may be at work, and takes away what it left', async () => {
    const { runtime, instances, begin, advance } = await open();
    await advance(begin('verify-1'));
    await runtime.clock.advance(10 * minute);
    const second = begin('verify-2');
    expect(await advance(second)).toMatchObject({ status: 'failed', reason: expect.stringContaining('verify-1') });
    expect(await removeProof(instances, second)).toMatchObject({ status: 'succeeded' });
    expect(await instances.find(proof.instance)).toMatchObject({ status: 'available' });
    await runtime.clock.advance(60 * minute);
    const third = begin('verify-3');
    expect(await advance(third)).toMatchObject({ status: 'running', reason: expect.stringContaining('is deleted') });
    await runtime.clock.advance(3 * minute);
    expect(await advance(third)).toMatchObject({ reason: expect.stringContaining('RDS restores') });
  });

  it('fails when it takes too long', async () => {
    const { runtime, begin, advance } = await open();
    const step = begin('verify-1');
    await advance(step);
    await runtime.clock.advance(61 * minute);
    expect(await advance(step)).toMatchObject({ status: 'failed', reason: expect.stringContaining('after 60 min') });
  });

  it('whose workflow was ended leaves nothing after the sweep', async () => {
    const { runtime, instances, now, begin, advance } = await open();
    await advance(begin('verify-1'));
    expect(await sweepProofs(configuration, instances, now())).toBe(0);
    await runtime.clock.advance((configuration.backups.timeoutMinutes + 1) * minute);
    expect(await sweepProofs(configuration, instances, now())).toBe(1);
    await runtime.clock.advance(3 * minute);
    expect(await instances.find(proof.instance)).toBeUndefined();
  });
});
