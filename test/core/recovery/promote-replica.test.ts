// A replica that a fail-over promotes: whether it can, and each look until it is the database, through the SDK's own clients against RDS's states.
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { RDSClient } from '@aws-sdk/client-rds';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../../config/load-configuration.ts';
import type { FailOverPlan } from '../../../contracts/workflows/fail-over.ts';
import { type FailOverFacts, planFailOver } from '../../../core/recovery/plan-fail-over.ts';
import { describeLags, planPromotions } from '../../../core/recovery/plan-promotions.ts';
import { promoteReplica } from '../../../core/recovery/promote-replica.ts';
import type { Replica } from '../../../core/recovery/replica-port.ts';
import { createRdsReplicas, readReplicas } from '../../../lambdas/adapters/rds-replicas.ts';
import { createCloudwatchModule } from '../../../local/services/cloudwatch/module.ts';
import { createKmsModule } from '../../../local/services/kms/module.ts';
import { createRdsModule } from '../../../local/services/rds/module.ts';
import { connectRds } from '../../../local/world/connect-rds.ts';
import { openRuntime } from '../../local/services/service-runtime.ts';

const configuration = loadConfiguration('config/pyairtable.yaml');
const identifier = 'pyairtable-prod-reporting-replica';
const request = { environment: 'prod', to: 'recovery', actor: 'ada-release', reason: 'gone' } as const;
const minute = 60_000;
const well: Replica = {
  ...{ identifier, status: 'available', engineVersion: '17.4', follows: 'pyairtable-prod-reporting' },
  lag: { seconds: 3, measuredAt: '2026-12-05T09:59:00.000Z' },
};

function decide(found: Replica | undefined, to: FailOverPlan['to'] = 'recovery') {
  const backup = {
    ...{
      backupId: 'b',
      environment: 'prod',
      subject: 'database',
      name: 'pyairtable',
      method: 'dump',
      status: 'complete',
    },
    ...{ bucket: 'b', prefix: 'p/', tier: 'daily', startedAt: '2026-12-05T02:00:00.000Z', replicatedAt: 'then' },
  } as FailOverFacts['backups'][number];
  const site = to === 'primary' ? ({ environment: 'prod', site: 'recovery', since: 'then' } as never) : undefined;
  const facts: FailOverFacts = { site, backups: [backup], running: [], targets: {}, replicas: { reporting: found } };
  return planFailOver(configuration, { ...request, to }, facts);
}

async function open() {
  const runtime = await openRuntime([createKmsModule, createRdsModule, createCloudwatchModule]);
  connectRds(runtime.context, configuration);
  const endpoint = await runtime.listen();
  await runtime.start();
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const options = { endpoint, region: configuration.aws.recoveryRegion, credentials, maxAttempts: 1 };
  const replicas = createRdsReplicas(new RDSClient(options), new CloudWatchClient(options), runtime.clock);
  const now = () => new Date(runtime.clock.now()).toISOString();
  const found = await readReplicas(replicas, configuration, 'prod');
  const decision = decide(found.reporting);
  if (decision.outcome !== 'planned') throw new Error(decision.reason);
  const [promotion] = planPromotions(configuration, decision.plan, now(), found);
  if (promotion === undefined) throw new Error('nothing is promoted');
  return { runtime, replicas, now, found, promotion };
}

describe('the plan of a database with a replica', () => {
  it('promotes it last, restores nothing of it, and says what is lost', () => {
    const decision = decide(well);
    if (decision.outcome !== 'planned') throw new Error(decision.reason);
    expect(decision.plan.steps.at(-1)).toContain(`have RDS promote ${identifier} to reporting`);
    expect(decision.plan.loss).toContain(`reporting loses what ${identifier} has not received when it is promoted`);
    expect(describeLags(decision.plan, { reporting: well })).toEqual([
      `reporting by ${identifier}: 3 s behind at 2026-12-05T09:59:00.000Z`,
    ]);
  });

  it.each<[string, Replica | undefined, string]>([
    ['is not there', undefined, 'is not there'],
    ['is broken', { ...well, status: 'incompatible-network' }, 'is incompatible-network'],
    ['was promoted already', { ...well, follows: undefined }, 'follows nothing (any more)'],
    ['follows another one', { ...well, follows: 'other' }, 'follows other where pyairtable-prod-reporting is due'],
  ])('is refused when it %s, with what to do', (_, found, words) => {
    const decision = decide(found);
    expect(decision).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(words) });
    expect(decision.reason).toContain('make a new one');
  });

  it('home again is work for people, which the plan names', () => {
    const decision = decide(undefined, 'primary');
    if (decision.outcome !== 'planned') throw new Error(decision.reason);
    expect(decision.plan.steps[0]).toMatch(
      /^by hand, before anybody agrees: make a replica of pyairtable-prod-reporting-replica/,
    );
    expect(decision.plan.databases).toEqual([{ database: 'pyairtable' }]);
  });
});

describe('a promotion', () => {
  it('is asked for once, waited for, and ends when it is a replica no more', async () => {
    const { runtime, replicas, now, found, promotion } = await open();
    expect(found.reporting).toMatchObject({ follows: 'pyairtable-prod-reporting', lag: { seconds: 1 } });
    const startedAt = now();
    const look = () => promoteReplica(replicas, { promotion, startedAt }, now());
    expect(await look()).toMatchObject({ status: 'running', loss: expect.stringContaining('1 s behind at') });
    expect(await look()).toMatchObject({ status: 'running', reason: `${identifier} is modifying` });
    await runtime.clock.advance(6 * minute);
    expect(await look()).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('takes writes') });
    expect(await look()).toMatchObject({ status: 'succeeded' });
    expect(await replicas.find(identifier)).not.toHaveProperty('follows');
    const other = { promotion: { ...promotion, engineVersion: '16.1' }, startedAt };
    expect(await promoteReplica(replicas, other, now())).toMatchObject({
      ...{ status: 'failed', reason: expect.stringContaining('engine is 17.4 where 16.1 is due') },
    });
  });

  it('waits until it has received what was written before the fence, but not for ever', async () => {
    const { runtime, replicas, now, promotion } = await open();
    const [startedAt, fencedAt] = [now(), now()];
    const look = () => promoteReplica(replicas, { promotion, startedAt, fencedAt }, now());
    expect(await look()).toMatchObject({ status: 'running', reason: expect.stringContaining('has not received') });
    await runtime.clock.advance(2 * minute);
    expect(await look()).toMatchObject({ loss: expect.stringContaining('nothing of reporting') });
    const stuck = { ...replicas, find: async () => ({ ...well, lag: undefined }), promote: async () => undefined };
    const late = new Date(Date.parse(startedAt) + 11 * minute).toISOString();
    expect(await promoteReplica(stuck, { promotion, startedAt, fencedAt }, late)).toMatchObject({
      ...{ status: 'running', loss: expect.stringContaining('is not known') },
    });
  });

  it.each<[string, Replica | undefined, RegExp]>([
    ['it is gone', undefined, /is not there any more/],
    ['it is broken', { ...well, status: 'failed' }, /RDS says that .* is failed/],
  ])('fails when %s', async (_, found, words) => {
    const { replicas, now, promotion } = await open();
    const port = { ...replicas, find: async () => found };
    expect(await promoteReplica(port, { promotion, startedAt: now() }, now())).toMatchObject({
      ...{ status: 'failed', reason: expect.stringMatching(words) },
    });
  });

  it('fails when RDS does not get it done', async () => {
    const { runtime, replicas, now, promotion } = await open();
    const startedAt = now();
    await runtime.clock.advance((promotion.timeoutMinutes + 1) * minute);
    expect(await promoteReplica(replicas, { promotion, startedAt }, now())).toMatchObject({ status: 'failed' });
  });
});
