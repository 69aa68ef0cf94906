// Where automatic rollbacks have stopped, because a limit was reached: until a person closes the circuit.
import * as z from 'zod/mini';
import { indexed, type LedgerKey } from './item.ts';

/** The circuit of everything together. */
export const wholeCircuit = 'all';

/** The circuit of one service in one environment. */
export function circuitScope(environment: string, service: string): string {
  return `${environment}#${service}`;
}

export const circuitKeys = {
  circuit: (scope: string): LedgerKey => ({ pk: `CIRCUIT#${scope}`, sk: 'CIRCUIT' }),
};

export const circuitKinds = { circuit: 'circuit' };

/** Open: nothing in its scope is taken back by itself, and nothing moves forward. A person's rollback is never stopped by it. */
export const circuitRecord = z.object({
  ...indexed,
  scope: z.string(),
  status: z.enum(['open', 'closed']),
  /** The rule that was tripped, and what it said. */
  rule: z.string(),
  reason: z.string(),
  openedAt: z.string(),
  /** The rollback that was refused, which is also the id of the incident. */
  rollbackId: z.string(),
  correlationId: z.string(),
  closedAt: z.optional(z.string()),
  closedBy: z.optional(z.string()),
  closedBecause: z.optional(z.string()),
});
export type CircuitRecord = z.infer<typeof circuitRecord>;
