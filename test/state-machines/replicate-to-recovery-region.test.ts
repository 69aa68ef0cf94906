import { afterEach, describe, expect, it } from '@jest/globals';
import { backupCompletedExample } from '../../contracts/events/backup.ts';
import { measureReplicationTask } from '../../contracts/workflows/replicate-to-recovery-region.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

let machine: WorkflowHarness;
afterEach(() => machine.services.stop());

const open = async (measure: Stub) => {
  const contracts = { 'measure-replication': measureReplicationTask };
  machine = await openStateMachine('replicate-to-recovery-region', contracts, { 'measure-replication': measure });
};

describe('replicate-to-recovery-region', () => {
  it('follows what is on its way until it has arrived, and adds up', async () => {
    let rounds = 0;
    await open(() => {
      rounds += 1;
      return { replicated: rounds === 3 ? 2 : 0, pending: rounds < 3 ? 2 : 0, resent: 1, lagging: 0 };
    });
    expect(await machine.run({})).toMatchObject({
      status: 'SUCCEEDED',
      output: { replicated: 2, resent: 3, pending: 0, lagging: 0 },
    });
    expect(rounds).toBe(3);
  });

  it('leaves to the next sweep what does not arrive', async () => {
    await open(() => ({ replicated: 0, pending: 1, resent: 0, lagging: 1 }));
    expect(await machine.run({})).toMatchObject({ status: 'SUCCEEDED', output: { pending: 1, lagging: 1 } });
    expect(machine.calls).toHaveLength(16);
  });

  it('says which backup has started it', async () => {
    await open(() => ({ replicated: 1, pending: 0, resent: 0, lagging: 0 }));
    await machine.run({ detail: backupCompletedExample });
    await machine.run({ scheduledFor: '2026-11-24T03:00:00.000Z' });
    const { backupId } = backupCompletedExample.backup;
    expect(machine.calls.map(({ input }) => input.backupId)).toEqual([backupId, undefined]);
  });

  it('fails when it cannot ask', async () => {
    await open(() => {
      throw new FunctionFailure('ForbiddenError', 'no permission for the replica');
    });
    expect(await machine.run({})).toMatchObject({ status: 'FAILED', error: 'ForbiddenError' });
  });
});
