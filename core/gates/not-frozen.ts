// Gate: no freeze is in force for the services in this environment.
import { formatTime } from '../clock.ts';
import { findFreeze } from './find-freeze.ts';
import { cannotTell, closed, type GateAnswer, open } from './gate.ts';
import type { ForwardMove, GateFacts } from './gate-facts.ts';

type Facts = Pick<GateFacts, 'freezes' | 'now'> & {
  readonly promotion: Pick<ForwardMove, 'environment'>;
  readonly services: readonly { readonly name: string }[];
};

export const notFrozen = ({ promotion: { environment }, services, freezes, now }: Facts): GateAnswer => {
  if ('unknown' in freezes) return cannotTell(`whether a freeze is in force: ${freezes.unknown}`);
  const scope = { environment, services: services.map(({ name }) => name) };
  const freeze = findFreeze(freezes.known, scope, Date.parse(now));
  if (freeze === undefined) return open('no freeze is in force');
  const { windows, opensAt } = freeze;
  const words = windows.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  if (opensAt === undefined) {
    return closed(`frozen by ${words}: lift it, or agree to an override with \`automation override request\``);
  }
  return closed(`frozen by ${words} until ${formatTime(opensAt)}`, formatTime(opensAt));
};
