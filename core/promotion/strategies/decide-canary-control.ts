// May a person do this to a canary now, and what will come of it?
import type { CanaryAction } from '../../../contracts/workflows/control-canary.ts';
import { describeHolds } from '../../gates/find-holds.ts';
import type { GateVerdict } from '../../gates/gate.ts';
import { type CanaryFacts, decideCanaryGate } from './decide-canary-gate.ts';
import type { CanaryObservation } from './strategy.ts';

export interface CanaryControlFacts {
  readonly canary: CanaryObservation;
  readonly facts: CanaryFacts;
  /** Gates of the environment that are closed now: without analysis Flagger asks none of them. */
  readonly holds: readonly GateVerdict[];
  /** Empty: anyone who may call us. */
  readonly approvers: readonly string[];
  readonly actor: string;
}

/** Phases in which a version is being judged. */
const judged = ['Waiting', 'Progressing', 'WaitingPromotion'];

/** `refused` with the reason, or what happens. */
export function decideCanaryControl(
  action: CanaryAction,
  { canary, facts, holds, approvers, actor }: CanaryControlFacts,
): { readonly outcome: 'done' | 'refused'; readonly words: string } {
  const { phase, weight, isSuspended } = canary;
  const version = facts.rollout?.version ?? 'what runs';
  const refused = (words: string) => ({ outcome: 'refused' as const, words });
  const done = (words: string) => ({ outcome: 'done' as const, words });
  const state = `${phase || 'not initialized'}${isSuspended ? ', paused' : ''} at ${weight} % of the traffic`;
  if (action === 'status') return done(state);
  if (approvers.length > 0 && !approvers.includes(actor))
    return refused(`${actor} may not change this environment, these may: ${approvers.join(', ')}`);
  if (action === 'resume') return isSuspended ? done(`goes on from ${weight} %`) : refused('it is not paused');
  const isJudged = judged.includes(phase);
  if (!isJudged) return refused(`no version is being judged: ${state}`);
  if (action === 'pause')
    return isSuspended ? refused('it is paused already') : done(`stands still at ${weight} % until it is resumed`);
  if (action === 'promote') {
    if (facts.quarantinedBecause !== undefined)
      return refused(`${version} is quarantined: ${facts.quarantinedBecause}`);
    if (holds.length > 0) return refused(`${version} may get no more users now: ${describeHolds(holds)}`);
    const gate = decideCanaryGate(facts, holds);
    if (phase === 'Waiting' && gate.verdict !== 'open')
      return refused(`Flagger waits for leave to begin, and gets none: ${gate.reason}`);
    return done(`${version} is promoted at Flagger's next look, without further analysis`);
  }
  if (isSuspended) return refused('it is paused, and Flagger asks nobody meanwhile: resume it first');
  return done(
    phase === 'Waiting'
      ? `${version} does not begin: nobody has it yet, and Flagger's gate stays closed for it`
      : `${version} is taken back at Flagger's next look, within one interval`,
  );
}
