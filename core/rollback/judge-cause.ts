// What a cause says by itself: most alerts of a storm are answered here, before anything is read.
import type { Configuration } from '../../config/schema.ts';
import type { CauseOfRollback } from './read-cause.ts';
import type { RollbackDecision } from './rollback-facts.ts';
import { rulesOfCauses } from './rollback-rules.ts';

/** Undefined when the ledger has to be asked. */
export function judgeCause(
  { environments, services }: Configuration,
  cause: CauseOfRollback,
): Pick<RollbackDecision, 'outcome' | 'rule' | 'words'> | undefined {
  const { environment = 'unknown', automatic, actor } = cause;
  const target = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (target === undefined) {
    const words = `the cause names no environment of ours, there are ${Object.keys(environments).join(', ')}`;
    return { outcome: 'suppressed', rule: 'names-an-environment', words };
  }
  if (cause.foreignService !== undefined) {
    const words = `${automatic?.kind === 'alert' ? automatic.name : 'the cause'} speaks of ${cause.foreignService}, no service of ours`;
    return { outcome: 'suppressed', rule: 'names-a-service', words };
  }
  const unknown = cause.services.filter((name) => !Object.hasOwn(services, name));
  if (unknown.length > 0)
    return { outcome: 'refused', rule: 'names-a-service', words: `no service ${unknown.join(', ')}` };
  if (automatic === undefined) {
    if (target.approvers.length === 0 || target.approvers.includes(actor)) return undefined;
    const words = `${actor} may not change ${environment}, these may: ${target.approvers.join(', ')}`;
    return { outcome: 'refused', rule: 'allowed-to-change', words };
  }
  for (const [rule, ask] of rulesOfCauses) {
    const answer = ask({ policy: target.automaticRollback, environment, cause: automatic });
    if (answer !== undefined) return { ...answer, rule };
  }
  return undefined;
}
