// Runs the paths of verify-backup on the local engine; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { advanceDatabaseTask, type SnapshotProof } from '../../contracts/workflows/advance-database.ts';
import { readAgentJobTask, startAgentJobTask } from '../../contracts/workflows/agent-jobs.ts';
import { planVerificationsTask, recordVerificationTask } from '../../contracts/workflows/verify-backup.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  'plan-verifications': planVerificationsTask,
  'start-agent-job': startAgentJobTask,
  'read-agent-job': readAgentJobTask,
  'advance-database': advanceDatabaseTask,
  'record-verification': recordVerificationTask,
};
const backup = {
  backupId: 'prod.pyairtable.dump.20261124_020000',
  environment: 'prod',
  database: 'pyairtable',
  bucket: 'pyairtable-prod-backups',
  prefix: 'database/20261124_020000/pyairtable/',
  tier: 'daily' as const,
  keepUntil: '2026-12-24T02:00:00.000Z',
};
const stubs: Record<keyof typeof contracts, Stub> = {
  'plan-verifications': () => ({ verifications: [{ job: 'verify-pyairtable', backup }], missing: [] }),
  'start-agent-job': ({ job }) => ({ job }),
  'read-agent-job': () => ({ status: 'succeeded', reason: '', waitSeconds: 2 }),
  'advance-database': () => ({ status: 'succeeded', reason: '', waitSeconds: 30, restoreSeconds: 1 }),
  'record-verification': ({ status, reason }) => ({
    backupId: backup.backupId,
    outcome: status === 'succeeded' ? 'verified' : 'failed',
    reason: String(reason ?? 'as it was counted'),
    restoreSeconds: 1.5,
  }),
};

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());
const open = async (changed: Partial<typeof stubs> = {}): Promise<void> => {
  machine = await openStateMachine('verify-backup', contracts, { ...stubs, ...changed });
};

describe('verify-backup', () => {
  it('restores without credentials of the live database, and records the proof', async () => {
    await open();
    expect(await machine.run({ request: { environment: 'prod' } })).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'succeeded', reason: `${backup.backupId}: as it was counted` },
    });
    expect(machine.calls.map(({ name }) => name)).toEqual(
      Object.keys(contracts).filter((name) => name !== 'advance-database'),
    );
    expect(machine.calls[1]?.input).toMatchObject({ command: 'verify', backup });
  });

  it('fails when a database has no backup that could be proven', async () => {
    await open({ 'plan-verifications': () => ({ verifications: [], missing: ['pyairtable in prod'] }) });
    expect(await machine.run({})).toMatchObject({
      status: 'FAILED',
      error: 'NotProven',
      cause: 'no backup of pyairtable in prod',
    });
  });

  it.each<[string, Partial<typeof stubs>, string]>([
    [
      'the Job fails',
      { 'read-agent-job': () => ({ status: 'failed', reason: 'BackoffLimitExceeded', waitSeconds: 2 }) },
      'BackoffLimitExceeded',
    ],
    [
      'the Job is gone',
      { 'read-agent-job': () => ({ status: 'missing', reason: 'somebody deleted it', waitSeconds: 2 }) },
      'somebody deleted it',
    ],
    [
      'it cannot begin',
      {
        'start-agent-job': () => {
          throw new FunctionFailure('ForbiddenError', 'the cluster refuses');
        },
      },
      'ForbiddenError',
    ],
    [
      'it cannot be recorded',
      {
        'record-verification': () => {
          throw new FunctionFailure('NotFoundError', 'not in the catalogue');
        },
      },
      'could not be recorded',
    ],
  ])('is no proof when %s', async (_, changed, cause) => {
    await open(changed);
    expect(await machine.run({})).toMatchObject({
      status: 'FAILED',
      error: 'NotProven',
      cause: expect.stringContaining(cause),
    });
  });

  it('fails with the error when nothing could be planned', async () => {
    await open({
      'plan-verifications': () => {
        throw new FunctionFailure('NotFoundError', 'no backup x');
      },
    });
    expect(await machine.run({ request: { backupId: 'x' } })).toMatchObject({
      status: 'FAILED',
      error: 'NotFoundError',
    });
  });
});

describe('verify-backup of a snapshot', () => {
  const snapshot: SnapshotProof = {
    ...{
      kind: 'instance',
      snapshotId: 's',
      scratch: 'proof',
      subnetGroup: 'proofs',
      securityGroups: ['sg-1'],
      instanceClass: 'db.x',
    },
    ...{ engineVersion: '17.4', allocatedGigabytes: 20, keyArn: 'arn', timeoutMinutes: 60 },
  };
  const verification = { job: 'verify-orders', backup: { ...backup, database: 'orders', prefix: '' }, snapshot };
  const planned = { 'plan-verifications': () => ({ verifications: [verification], missing: [] }) };
  const progress = (status: string, reason = '') => ({ status, reason, waitSeconds: 30, restoreSeconds: 360 });
  const steps = () => machine.calls.filter(({ name }) => name === 'advance-database').map(({ input }) => input.step);

  it('has RDS restore it, waits, takes it away, and records the measured time; no Job runs', async () => {
    const looks = { prove: 0, 'remove-proof': 0 };
    await open({
      ...planned,
      'advance-database': ({ step }) => {
        looks[step as keyof typeof looks] += 1;
        return progress(looks[step as keyof typeof looks] < 3 ? 'running' : 'succeeded', 'restored');
      },
    });
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
    expect(steps()).toEqual([...Array(3).fill('prove'), ...Array(3).fill('remove-proof')]);
    expect(machine.calls.at(-1)?.input).toMatchObject({ status: 'succeeded', restoreSeconds: 360, reason: 'restored' });
    expect(machine.calls.some(({ name }) => name === 'start-agent-job')).toBe(false);
  });

  it('takes the instance away when the proof fails, and when it cannot be asked for', async () => {
    for (const prove of [() => progress('failed', 'another engine'), thrower]) {
      await open({
        ...planned,
        'advance-database': ({ step }) => (step === 'prove' ? prove() : progress('succeeded')),
      });
      expect(await machine.run({})).toMatchObject({ status: 'FAILED', error: 'NotProven' });
      expect(steps()).toEqual(['prove', 'remove-proof']);
      if (prove !== thrower) await machine.services.stop();
    }
  });

  it('says when the instance could not be taken away, and believes the proof all the same', async () => {
    await open({
      ...planned,
      'advance-database': ({ step }) => (step === 'prove' ? progress('succeeded', 'restored') : thrower()),
    });
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
    expect(machine.calls.at(-1)?.input).toMatchObject({
      ...{ status: 'succeeded', reason: expect.stringContaining('restored; proof could not be deleted') },
    });
  });
});

function thrower(): never {
  throw new FunctionFailure('ForbiddenError', 'no');
}
