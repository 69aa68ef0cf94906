// What a gate is: a pure question about a move forward, answered with open, closed or "cannot tell".
import type { GateName } from '../../config/gate-names.ts';
import type { GateFacts } from './gate-facts.ts';

/** `not-asked`: the configuration does not ask for it, and people see that it does not. */
export type GateAnswer =
  | { readonly verdict: 'open' | 'not-asked'; readonly reason: string }
  | {
      readonly verdict: 'closed';
      readonly reason: string;
      /** When it opens by itself, ISO 8601; absent when something has to be done, which the reason says. */
      readonly nextOpen?: string;
      /** Something newer is on its way: nobody needs to do anything. */
      readonly isSuperseded?: true;
    }
  | { readonly verdict: 'cannot-tell'; readonly reason: string };

export type Gate = (facts: GateFacts) => GateAnswer;

export type GateVerdict = GateAnswer & { readonly gate: GateName };

export const open = (reason: string): GateAnswer => ({ verdict: 'open', reason });
export const notAsked = (reason: string): GateAnswer => ({ verdict: 'not-asked', reason });
export const cannotTell = (reason: string): GateAnswer => ({ verdict: 'cannot-tell', reason });
export const closed = (reason: string, nextOpen?: string): GateAnswer => ({
  verdict: 'closed',
  reason,
  ...(nextOpen === undefined ? {} : { nextOpen }),
});
