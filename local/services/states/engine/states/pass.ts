// Pass: does nothing but what every state does, Output and Assign.
import type { StateOutcome } from '../state-runners.ts';

export function runPass(): StateOutcome {
  return {};
}
