// Succeed: ends its line of control.
import type { StateOutcome } from '../state-runners.ts';

export function runSucceed(): StateOutcome {
  return {};
}
