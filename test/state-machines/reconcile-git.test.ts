// Runs every path of reconcile-git.
import { afterEach, describe, expect, it } from '@jest/globals';
import { rollbackDetailSchema, rollbackSucceededExample } from '../../contracts/events/rollback.ts';
import { reconcileGitTask } from '../../contracts/workflows/reconcile-git.ts';
import { FunctionFailure, openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

const event = {
  version: '0',
  id: 'i',
  source: 'automation.rollback',
  'detail-type': 'BreakGlassUsed',
  detail: rollbackSucceededExample,
};
const revision = 'c'.repeat(40);

let workflow: WorkflowHarness | undefined;
afterEach(async () => {
  await workflow?.services.stop();
});
async function open(reconcile: Stub): Promise<WorkflowHarness> {
  workflow = await openStateMachine(
    'reconcile-git',
    { 'reconcile-git': reconcileGitTask },
    { 'reconcile-git': reconcile },
  );
  return workflow;
}

describe('reconcile-git', () => {
  it('tries until Git can be reached, whatever goes wrong, and says when what runs is in Git', async () => {
    let tries = 0;
    const { run, calls, events } = await open(() => {
      tries += 1;
      if (tries === 2) throw new FunctionFailure('ForbiddenError');
      return tries < 5 ? { outcome: 'waiting', words: 'away' } : { outcome: 'reconciled', words: 'in Git', revision };
    });
    expect(await run(event)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'reconciled', revision } });
    expect(calls).toHaveLength(5);
    const { rollbackId, environment, services } = rollbackSucceededExample.rollback;
    expect(calls[0]?.input).toMatchObject({ rollbackId, environment, services });
    expect(events.map(({ type }) => type)).toEqual(['BreakGlassReconciled']);
    expect(rollbackDetailSchema.parse(events[0]?.detail)).toMatchObject({ revision, reason: 'in Git' });
  });

  it('reconciles each event once', async () => {
    const { run, calls } = await open(() => ({ outcome: 'reconciled', words: 'in Git', revision }));
    await run(event, 'first');
    expect(await run(event, 'second')).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'duplicate' } });
    expect(calls).toHaveLength(1);
  });
});
