// May a release be taken back without asking anybody? Every "no" has the rule that said it and words for a person.
import type { DeployedChange } from './deployed-change.ts';
import { findSuspects } from './find-suspects.ts';
import type { RollbackCause, RollbackDecision, RollbackFacts, RollbackPolicy } from './rollback-facts.ts';
import { rollbackRules } from './rollback-rules.ts';

/** Pure: the same facts give the same answer. */
export function decideRollback(policy: RollbackPolicy, facts: RollbackFacts): RollbackDecision {
  const { cause, changes } = facts;
  const suspects =
    cause.kind === 'alert'
      ? findSuspects(changes, cause.startsAt, policy.bakeMinutes)
      : changes.filter(({ promotionId }) => promotionId === cause.promotionId);
  const blamed = suspects.length === 1 ? suspects[0] : undefined;
  for (const [rule, ask] of rollbackRules) {
    const answer = ask({ policy, facts, suspects, blamed });
    if (answer !== undefined) return { ...answer, rule, suspects, ...(blamed === undefined ? {} : { blamed }) };
  }
  const words = `${facts.service} ${blamed?.version} goes back in ${facts.environment}: ${describeCause(cause, blamed)}`;
  return { outcome: 'acted', rule: 'release-caused-it', words, suspects, ...(blamed === undefined ? {} : { blamed }) };
}

function describeCause(cause: RollbackCause, blamed: DeployedChange | undefined): string {
  if (cause.kind === 'failed-promotion')
    return cause.isHeld === true ? 'a gate held it until its time was over' : 'it did not become healthy';
  return `${cause.name} fires since ${cause.startsAt}, after it was deployed at ${blamed?.startedAt}`;
}
