// What Flagger writes into a Canary's status, with the messages of its conditions; pure.
import { createHash } from 'node:crypto';
import type { Condition } from '../resources/kubernetes-object.ts';
import type { PodTemplate } from '../resources/workload-types.ts';
import type { CanaryPhase, CanaryStatus } from './canary.ts';

const messages: Readonly<Record<CanaryPhase, readonly [Condition['status'], string]>> = {
  Initializing: ['Unknown', 'New Deployment detected, starting initialization.'],
  Initialized: ['True', 'Deployment initialization completed.'],
  Waiting: ['Unknown', 'Waiting for approval.'],
  WaitingPromotion: ['Unknown', 'Waiting for approval.'],
  Progressing: ['Unknown', 'New revision detected, progressing canary analysis.'],
  Promoting: ['Unknown', 'Canary analysis completed, starting primary rolling update.'],
  Finalising: ['Unknown', 'Canary analysis completed, routing all traffic to primary.'],
  Succeeded: ['True', 'Canary analysis completed successfully, promotion finished.'],
  Failed: ['False', 'Canary analysis failed, Deployment scaled to zero.'],
};

/** A fresh status: of a canary that begins, begins anew, or has failed. `hash` is of the target's template. */
export function syncStatus(
  before: CanaryStatus,
  phase: CanaryPhase,
  hash: string,
  now: string,
  canaryWeight = 0,
): CanaryStatus {
  return {
    ...before,
    phase,
    canaryWeight,
    failedChecks: 0,
    iterations: 0,
    lastAppliedSpec: hash,
    ...(phase === 'Initialized' ? { lastPromotedSpec: hash } : {}),
    lastTransitionTime: now,
    conditions: withPhase(before.conditions, phase, now),
  };
}

/** The status in another phase. */
export function enterPhase(before: CanaryStatus, phase: CanaryPhase, now: string): CanaryStatus {
  const keepsWeight = phase === 'Progressing' || phase === 'Waiting' || phase === 'Promoting';
  const isPromoted = phase === 'Initialized' || phase === 'Succeeded';
  return {
    ...before,
    phase,
    ...(keepsWeight ? {} : { canaryWeight: 0, iterations: 0 }),
    ...(isPromoted && before.lastAppliedSpec ? { lastPromotedSpec: before.lastAppliedSpec } : {}),
    lastTransitionTime: now,
    conditions: withPhase(before.conditions, phase, now),
  };
}

function withPhase(before: readonly Condition[] | undefined, phase: CanaryPhase, now: string): Condition[] {
  const [status, message] = messages[phase];
  const current = before?.find(({ type }) => type === 'Promoted');
  if (current?.status === status && current.reason === phase) return [...(before ?? [])];
  const lastTransitionTime = current?.status === status ? (current.lastTransitionTime ?? now) : now;
  return [{ type: 'Promoted', status, lastUpdateTime: now, lastTransitionTime, message, reason: phase }];
}

/** Tells templates apart, as Flagger's hash does; its value is another one. */
export function hashSpec(template: PodTemplate): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(template)))
    .digest('hex')
    .slice(0, 10);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
