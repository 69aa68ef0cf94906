// Canary: Git names the new image, Flagger shifts the traffic to it step by step and judges it; we watch, and hold its gates.
import { editKustomization } from '../edit-kustomization.ts';
import { readPatch, setPatch } from '../edit-overlay.ts';
import { decideWorkload } from './decide-workload.ts';
import {
  type CanaryObservation,
  type ChangeFacts,
  joinVerdicts,
  type RolloutVerdict,
  type Strategy,
  type WorkloadObservation,
} from './strategy.ts';

/** The two levers of a Canary that stand in Git. @see https://docs.flagger.app/usage/how-it-works#canary-resource */
export interface CanaryLevers {
  /** Promote without analysis. */
  readonly skipAnalysis: boolean;
  /** Flagger leaves the canary alone. */
  readonly suspend: boolean;
}

/** Phases in which Flagger is at work, or waits for somebody. */
const underWay = ['Waiting', 'Progressing', 'WaitingPromotion', 'Promoting', 'Finalising'];

/** Phases before any version was judged: what stands in Git first becomes the primary without analysis and without gates. */
const initial = ['', 'Initializing', 'Initialized'];

export const canaryStrategy: Strategy = {
  name: 'canary',
  phases: ['shift-traffic'],
  // One failed canary makes the whole Application degraded, which would stop every other service's release.
  needsHealthyApplication: false,
  write: (_, overlay, images, change) =>
    images.reduce(
      (text, { deployment }) => {
        const levers = readLevers(text, deployment);
        // A rollback waits for nothing: its version has proved itself, and Flagger would try it out again for minutes.
        const wanted =
          change === 'rollback' ? { skipAnalysis: true, suspend: false } : { ...levers, skipAnalysis: false };
        return writeLevers(text, deployment, wanted);
      },
      editKustomization(overlay, images),
    ),
  locate: (_phase, _overlay, images) =>
    images.map(({ service, deployment }) => ({ service, deployment: nameOfPrimary(deployment), address: deployment })),
  decide: (workloads, digests, change) =>
    joinVerdicts(workloads.map((workload) => decideOne(workload, digests[workload.service], change))),
};

/** The Deployment that Flagger makes of a canary's target, and that has the users. */
export function nameOfPrimary(deployment: string): string {
  return `${deployment}-primary`;
}

export function readLevers(overlay: string, deployment: string): CanaryLevers {
  const operations = readPatch(overlay, leversOf(deployment)) ?? [];
  const isSet = (path: string) => operations.find((operation) => operation.path === path)?.value === true;
  return { skipAnalysis: isSet('/spec/skipAnalysis'), suspend: isSet('/spec/suspend') };
}

/** The overlay with the levers of one Canary set. */
export function writeLevers(overlay: string, deployment: string, { skipAnalysis, suspend }: CanaryLevers): string {
  return setPatch(overlay, leversOf(deployment), [
    { op: 'add', path: '/spec/skipAnalysis', value: skipAnalysis },
    { op: 'add', path: '/spec/suspend', value: suspend },
  ]);
}

function leversOf(deployment: string) {
  return { kind: 'Canary', name: deployment, path: '/spec/skipAnalysis' };
}

function decideOne(workload: WorkloadObservation, digest: string | undefined, facts: ChangeFacts): RolloutVerdict {
  const { service, canary } = workload;
  if (canary === undefined) return { status: 'progressing', words: `Flagger knows no canary of ${service} yet` };
  const primary = decideWorkload(workload, digest);
  if (facts.change === 'promotion' && initial.includes(canary.phase))
    return decideFirst(service, canary.phase, primary);
  if (underWay.includes(canary.phase)) {
    const isHeld = canary.phase === 'Waiting' || canary.phase === 'WaitingPromotion';
    return { status: 'progressing', words: describeProgress(service, canary), ...(isHeld ? { isHeld } : {}) };
  }
  if (facts.change === 'rollback') {
    // Flagger may have taken the canary back by itself: then it stays Failed, and the primary is what it always was.
    return primary;
  }
  if (canary.phase === 'Failed') {
    // Of an earlier release it says nothing about ours: Flagger has not looked at it yet.
    const isOurs = canary.phaseSince !== undefined && canary.phaseSince >= facts.committedAt.slice(0, 19);
    if (isOurs) return describeFailure(service, canary);
    return {
      status: 'progressing',
      words: `Flagger has not begun with the new version of ${service}: what failed before begins again only after a rollback`,
    };
  }
  return primary;
}

/** There is nothing to compare a first version with: its health and our smoke tests alone judge it, and people read that. */
function decideFirst(service: string, phase: string, primary: RolloutVerdict): RolloutVerdict {
  if (primary.status === 'healthy')
    return {
      ...primary,
      words: `${primary.words}; no canary judged it, for ${service} had no version to compare with`,
    };
  if (phase === 'Initialized' || primary.status === 'failed') return primary;
  return { status: 'progressing', words: `Flagger makes the first primary of ${service}: ${primary.words}` };
}

function describeProgress(service: string, canary: CanaryObservation): string {
  const halted = canary.haltedBecause === undefined ? '' : `: ${canary.haltedBecause}`;
  if (canary.isSuspended) return `the canary of ${service} is paused at ${canary.weight} % of the traffic`;
  switch (canary.phase) {
    case 'Waiting':
      return `Flagger waits for leave to begin with ${service}${halted}`;
    case 'WaitingPromotion':
      return `Flagger waits for leave to promote ${service}${halted}`;
    case 'Progressing':
      return `${service} gets ${canary.weight} % of the traffic, ${canary.failedChecks} failed checks${halted}`;
    default:
      return `Flagger has found ${service} good and is ${canary.phase === 'Promoting' ? 'promoting' : 'finishing'}`;
  }
}

function describeFailure(service: string, { haltedBecause }: CanaryObservation): RolloutVerdict {
  if (haltedBecause !== undefined && isForWantOfData(haltedBecause)) {
    return {
      status: 'failed',
      hadNoData: true,
      words: `Flagger gave ${service} up without having seen a request: ${haltedBecause}`,
    };
  }
  return { status: 'failed', words: `Flagger took ${service} back: ${haltedBecause ?? 'it did not say why'}` };
}

/** How Flagger words that a query had no result. @see https://docs.flagger.app/faq#metrics */
export function isForWantOfData(message: string): boolean {
  return /no values found/i.test(message);
}
