// Runs every path of back-up-configuration on the local engine; its functions are stubs that keep the contracts.
import { afterEach, describe, expect, it } from '@jest/globals';
import { ledgerKey } from '../../contracts/ledger.ts';
import {
  backUpConfigurationTask,
  escrowSealingKeysTask,
  planConfigurationBackupsTask,
} from '../../contracts/workflows/back-up-configuration.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const plan = (environment: string) => ({
  ...{ backupId: `${environment}.c`, environment, bucket: 'bucket', prefix: 'configuration/x/', tier: 'daily' },
  ...{ keepUntil: '2026-12-24T03:00:00Z', startedAt: '2026-11-24T03:00:00Z' },
});
const complete: Stub = (input) => {
  const { backup, failure } = backUpConfigurationTask.input.parse(input);
  const end = { backupId: backup.backupId, objects: failure ? 0 : 5, bytes: failure ? 0 : 50, sealedSecrets: 1 };
  return { ...end, outcome: failure ? 'failed' : 'complete', reason: failure ?? 'stored' };
};

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());

async function open(stubs: Record<string, Stub> = {}) {
  machine = await openStateMachine(
    'back-up-configuration',
    {
      'plan-configuration-backups': planConfigurationBackupsTask,
      'back-up-configuration': backUpConfigurationTask,
      'escrow-sealing-keys': escrowSealingKeysTask,
    },
    {
      'plan-configuration-backups': () => ({ backups: [plan('dev'), plan('prod')], skipped: [] }),
      'back-up-configuration': complete,
      'escrow-sealing-keys': () => ({ keys: 2 }),
      ...stubs,
    },
  );
}

async function readRuns() {
  const { Items } = await machine.services.call<{ Items: Record<string, { S?: string; M?: object }>[] }>(
    'dynamodb',
    'Query',
    {
      TableName: 'ledger',
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: ledgerKey.jobState('back-up-configuration').pk } },
    },
  );
  return Items.map(({ outcome, reason, measures, scheduledFor }) => ({
    outcome: outcome?.S,
    reason: reason?.S,
    measures: measures?.M,
    scheduledFor: scheduledFor?.S,
  }));
}

describe('back-up-configuration', () => {
  it('backs up each environment and its sealing keys, and leaves one job run with its measures', async () => {
    await open();
    const end = await machine.run({ scheduledFor: '2026-11-24T03:00:00Z' });
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: { reason: '2 backups of 10 objects' } });
    expect(machine.calls.filter(({ name }) => name === 'escrow-sealing-keys')).toHaveLength(2);
    expect(await readRuns()).toEqual([
      {
        outcome: 'succeeded',
        reason: '',
        scheduledFor: '2026-11-24T03:00:00Z',
        measures: { objects: { N: '10' }, bytes: { N: '100' } },
      },
    ]);
  });

  it('records what fails for good with its reason, and backs up the others', async () => {
    await open({
      'back-up-configuration': (input, harness) => {
        const { backup, failure } = backUpConfigurationTask.input.parse(input);
        if (backup.environment === 'dev' && failure === undefined)
          throw new FunctionFailure('ForbiddenError', 'the grant for kms:GenerateDataKey has expired');
        return complete(input, harness);
      },
    });
    expect(await machine.run({})).toMatchObject({
      status: 'FAILED',
      error: 'BackupsFailed',
      cause: expect.stringContaining('dev.c: ForbiddenError: '),
    });
    const outcomes = await readRuns();
    expect(outcomes).toMatchObject([{ outcome: 'failed', measures: { objects: { N: '5' } } }]);
    expect(outcomes[0]?.reason).toContain('the grant for kms:GenerateDataKey has expired');
  });

  it('tries again over faults that pass', async () => {
    let tries = 0;
    await open({
      'back-up-configuration': (input, harness) => {
        tries += 1;
        if (tries < 3) throw new FunctionFailure('UpstreamUnavailableError', 'S3 is down');
        return complete(input, harness);
      },
    });
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('does not call a backup good whose sealing keys are missing', async () => {
    await open({
      'escrow-sealing-keys': () => {
        throw new FunctionFailure('NotFoundError', 'no sealing key was found');
      },
    });
    expect(await machine.run({})).toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining('the sealing keys are not in escrow'),
    });
  });

  it('measures nothing when another run makes everything', async () => {
    await open({ 'plan-configuration-backups': () => ({ backups: [], skipped: ['dev.c: still being made'] }) });
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED' });
    expect(await readRuns()).toMatchObject([{ outcome: 'succeeded', measures: {} }]);
  });

  it('fails as the plan fails, and says so to the watchdog', async () => {
    await open({
      'plan-configuration-backups': () => {
        throw new FunctionFailure('InvalidInputError', 'no environment moon');
      },
    });
    expect(await machine.run({ request: { environment: 'moon' } })).toMatchObject({ error: 'InvalidInputError' });
    expect(await readRuns()).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('no environment moon') },
    ]);
  });
});
