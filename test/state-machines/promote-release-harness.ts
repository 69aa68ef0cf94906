// Runs promote-release.asl.json on the workflow harness.
import { closeApprovalTask, requestApprovalTask } from '../../contracts/workflows/approval.ts';
import { evaluateGatesTask } from '../../contracts/workflows/gate-verdicts.ts';
import * as tasks from '../../contracts/workflows/promote-release.ts';
import * as rollout from '../../contracts/workflows/rollout.ts';
import { buildPromotion, buildService } from '../core/promotion/promotion-builder.ts';
import { openStateMachine, type Stub, type WorkflowHarness } from './workflow-harness.ts';

export const taskContracts = {
  'plan-promotion': tasks.planPromotionTask,
  'await-build': tasks.awaitBuildTask,
  'resolve-images': tasks.resolveImagesTask,
  'evaluate-gates': evaluateGatesTask,
  'request-approval': requestApprovalTask,
  'close-approval': closeApprovalTask,
  'acquire-leases': tasks.acquireLeasesTask,
  'commit-promotion': rollout.commitPromotionTask,
  'read-rollout': rollout.readRolloutTask,
  'await-rollout': rollout.awaitRolloutTask,
  'run-smoke-tests': rollout.runSmokeTestsTask,
  'report-progress': tasks.reportProgressTask,
  'record-outcome': tasks.recordOutcomeTask,
  'release-leases': tasks.releaseLeasesTask,
};
export type TaskName = keyof typeof taskContracts;

/** What read-rollout answers. */
export function rolloutAnswer(status: 'progressing' | 'healthy' | 'failed', words: string, error = 'RolloutFailed') {
  return { status, words, error, signal: 'news-1', pollSeconds: 2 };
}

const service = buildService();

/** What the gates answer, with what a test is about overridden. */
export function buildGateAnswer(overrides: object = {}): object {
  return {
    outcome: 'passed',
    reason: 'all gates passed',
    verdicts: [],
    planHash: 'plan-1',
    approval: { isRequired: false, timeoutSeconds: 0, title: 'promote api-gateway to dev', summary: [] },
    ...overrides,
  };
}

/** A promotion that goes well. */
export const happyStubs: Record<TaskName, Stub> = {
  'plan-promotion': ({ promotionId, executionArn, startedAt }) => ({
    outcome: 'promote',
    reason: 'api-gateway to dev: 1 changed file',
    promotion: buildPromotion({
      promotionId: String(promotionId),
      executionArn: String(executionArn),
      startedAt: String(startedAt),
    }),
  }),
  'await-build': async ({ taskToken }, { services }) => {
    const output = JSON.stringify({ conclusion: 'success', url: 'https://github.example/run/1' });
    await services.call('sfn', 'SendTaskSuccess', { taskToken, output });
    return { answered: true };
  },
  'resolve-images': () => ({ services: [service] }),
  'evaluate-gates': () => buildGateAnswer(),
  'request-approval': async ({ taskToken, planHash }, { services }) => {
    const output = JSON.stringify({ outcome: 'approved', planHash, approvers: ['grace'], reason: 'approved by grace' });
    await services.call('sfn', 'SendTaskSuccess', { taskToken, output });
    return { requested: true };
  },
  'close-approval': () => ({ outcome: 'expired', reason: 'nobody agreed' }),
  'acquire-leases': () => ({
    outcome: 'acquired',
    reason: 'leased',
    services: [service],
    leases: [{ service: service.name, fencingToken: 1 }],
  }),
  'commit-promotion': () => ({
    outcome: 'committed',
    revision: 'c'.repeat(40),
    url: 'https://github.example/commit/c',
    phase: 'roll-out',
    nextPhase: null,
    targets: [{ service: service.name, deployment: service.name, address: service.name }],
  }),
  'read-rollout': () => rolloutAnswer('healthy', 'api-gateway runs 2 of 2 pods'),
  // Nothing is heard: the wait runs into its time limit, and it is looked again.
  'await-rollout': () => ({ answered: false }),
  'run-smoke-tests': () => ({ passed: true, words: '2 smoke tests passed', results: [] }),
  'report-progress': () => ({ deploymentId: 42, problems: [] }),
  'record-outcome': ({ reason, failure }) => ({
    reason: reason ?? (failure as { error: string } | undefined)?.error ?? 'api-gateway is healthy in dev',
    recorded: [],
  }),
  'release-leases': () => ({ released: ['api-gateway'] }),
};

/** `overrides` replace what single functions do. */
export async function openWorkflow(overrides: Partial<Record<TaskName, Stub>> = {}): Promise<WorkflowHarness> {
  return await openStateMachine('promote-release', taskContracts, { ...happyStubs, ...overrides });
}

/** A push as it comes from the bus. */
export function pushEvent(eventId = 'delivery-1'): object {
  return {
    version: '0',
    id: 'bus-id',
    source: 'github.com',
    'detail-type': 'push',
    detail: {
      metadata: {
        eventId,
        correlationId: 'pyairtable/pyairtable@aaaa',
        occurredAt: '2026-11-23T20:00:00.000Z',
        actor: 'ada',
      },
      payload: { ref: 'refs/heads/develop' },
    },
  };
}
