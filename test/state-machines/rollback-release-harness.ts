// Runs rollback-release.asl.json on the workflow harness.
import * as tasks from '../../contracts/workflows/rollback-release.ts';
import { buildPromotion, buildService, digestB } from '../core/promotion/promotion-builder.ts';
import { taskContracts as promotionContracts, happyStubs as promotionStubs } from './promote-release-harness.ts';
import { openStateMachine, type Stub, type StubInput, type WorkflowHarness } from './workflow-harness.ts';

const contracts = {
  ...promotionContracts,
  'decide-rollback': tasks.decideRollbackTask,
  'preempt-leases': tasks.preemptLeasesTask,
  'open-incident': tasks.openIncidentTask,
  'break-glass': tasks.breakGlassTask,
};
export const resolvedEventId = 'alert-9f2c1d0e7a6b5c43-2026-11-23T20:05:10.000Z-resolved';
export const service = buildService();
/** What decide-rollback says of a release that caused it. */
export const acted = ({ rollbackId, executionArn, startedAt, event }: StubInput) => ({
  outcome: 'acted',
  rule: 'release-caused-it',
  reason: 'api-gateway goes back',
  promotion: buildPromotion({
    promotionId: String(rollbackId),
    executionArn: String(executionArn),
    startedAt: String(startedAt),
    change: 'rollback',
  }),
  services: [service],
  blamed: [{ service: service.name, version: 'sha-bad', digest: digestB, promotionId: 'delivery-2' }],
  refusedTargets: [],
  ...(event === undefined ? {} : { alertResolvedEventId: resolvedEventId }),
  alertResolveSeconds: 900,
  gitTries: 3,
});
/** A rollback that goes well. */
export const happyRollback: Record<string, Stub> = {
  ...promotionStubs,
  'decide-rollback': acted,
  'preempt-leases': () => ({
    outcome: 'acquired',
    reason: 'leased',
    leases: [{ service: service.name, fencingToken: 7 }],
  }),
  'break-glass': () => ({ revision: 'f'.repeat(40), targets: [], words: 'pinned past Git' }),
  'open-incident': () => ({ issueUrl: 'https://github.example/issues/1', problems: [] }),
};
export const request = { service: 'api-gateway', environment: 'dev', actor: 'ada', reason: 'it hurts' };

/** `overrides` replace what single functions do. */
export async function openRollback(overrides: Record<string, Stub> = {}): Promise<WorkflowHarness> {
  return await openStateMachine('rollback-release', contracts, { ...happyRollback, ...overrides });
}
