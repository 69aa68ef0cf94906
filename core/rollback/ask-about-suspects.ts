// An alert that names the environment only: whatever changed there lately may be it.
import { findSuspects } from './find-suspects.ts';
import { readChanges, type ServiceCase } from './plan-service.ts';
import type { RollbackDecision } from './rollback-facts.ts';

/** Never acts: nothing to do, or people are to decide. */
export async function askAboutSuspects(
  given: ServiceCase,
): Promise<Pick<RollbackDecision, 'outcome' | 'rule' | 'words'>> {
  const { configuration, ports, cause, target } = given;
  const { automatic, alertResolvedEventId } = cause;
  const rule = 'names-a-service';
  if (automatic?.kind !== 'alert') return { outcome: 'refused', rule, words: 'the cause names no service' };
  const { name, startsAt } = automatic;
  if (alertResolvedEventId !== undefined && (await ports.isAlertResolved(alertResolvedEventId)))
    return { outcome: 'suppressed', rule: 'still-firing', words: `${name} was resolved before it was handled` };
  const suspects = await Promise.all(
    Object.keys(configuration.services).map(async (service) =>
      findSuspects(await readChanges(given, service), startsAt, target.automaticRollback.bakeMinutes).map(
        ({ version }) => `${service} ${version}`,
      ),
    ),
  );
  const all = suspects.flat();
  return all.length === 0
    ? { outcome: 'suppressed', rule, words: `${name} names no service, and nothing was deployed before it` }
    : { outcome: 'deferred', rule, words: `${name} names no service; deployed before it: ${all.join(', ')}` };
}
