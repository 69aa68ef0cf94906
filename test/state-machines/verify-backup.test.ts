// Runs the paths of verify-backup on the local engine; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { readAgentJobTask, startAgentJobTask } from '../../contracts/workflows/agent-jobs.ts';
import { planVerificationsTask, recordVerificationTask } from '../../contracts/workflows/verify-backup.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  'plan-verifications': planVerificationsTask,
  'start-agent-job': startAgentJobTask,
  'read-agent-job': readAgentJobTask,
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
    expect(machine.calls.map(({ name }) => name)).toEqual(Object.keys(contracts));
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
