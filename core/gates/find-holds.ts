// The gates that are asked again inside a rollout: a version that gains users may be held by what has happened since it began.
import type { GateName } from '../../config/gate-names.ts';
import type { GateVerdict } from './gate.ts';
import type { GateFacts } from './gate-facts.ts';
import { noOpenIncident } from './no-open-incident.ts';
import { notFrozen } from './not-frozen.ts';
import type { OverrideInForce } from './override.ts';

/** What these gates look at, of one service; quarantine is asked beside them, for nobody can overrule it. */
export interface HeldFacts extends Pick<GateFacts, 'incidents' | 'alerts' | 'freezes' | 'now'> {
  readonly environment: string;
  readonly service: string;
  /** The gates that the environment asks for. */
  readonly names: readonly GateName[];
  readonly overrides: readonly OverrideInForce[];
}

const gates = { 'no-open-incident': noOpenIncident, 'not-frozen': notFrozen } as const;

/** Why the version must not gain users now, gate by gate; none when it may. "Cannot tell" holds it as well. */
export function findHolds({ environment, service, names, overrides, ...facts }: HeldFacts): GateVerdict[] {
  const asked = Object.entries(gates).filter(([name]) => (names as readonly string[]).includes(name));
  return asked
    .map(([name, gate]): GateVerdict => {
      const answer = gate({ ...facts, promotion: { environment }, services: [{ name: service }] });
      return { gate: name as keyof typeof gates, ...answer };
    })
    .filter(({ verdict }) => verdict === 'closed' || verdict === 'cannot-tell')
    .filter(
      ({ gate }) => !overrides.some((each) => each.service === service && each.gates.some((name) => name === gate)),
    );
}

export function describeHolds(holds: readonly GateVerdict[]): string {
  return holds.map(({ verdict, reason }) => (verdict === 'cannot-tell' ? `cannot tell ${reason}` : reason)).join('; ');
}
