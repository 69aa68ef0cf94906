// What becomes of a move whose execution was cut off: before the switch it is taken back, after the switch it is brought to its end.
import type * as z from 'zod/mini';
import { failOverKeys } from '../../contracts/ledger/fail-overs.ts';
import type { SiteRecord } from '../../contracts/ledger/sites.ts';
import type { FailOverPlan, takeOverMoveTask } from '../../contracts/workflows/fail-over.ts';
import { AppError } from '../app-error.ts';

export interface TakeOverParts {
  /** Those that can move. */
  readonly environments: readonly string[];
  findSite(environment: string): Promise<SiteRecord | undefined>;
  /** Writes it as long as `seen` is who has taken the move over last. Answers whether it was written. */
  takeOver(record: SiteRecord, seen: string | undefined): Promise<boolean>;
  readTargets(hostedZoneId: string, names: readonly string[]): Promise<Readonly<Record<string, string | undefined>>>;
}

export type TakeOver = z.infer<typeof takeOverMoveTask.output>;

/** One that fails again and again wakes people each time, and is theirs then. */
const maximumTakeOvers = 3;

/**
 * Repeating it takes over the same. Of two that are told of the same end, one does.
 * @throws ConflictError when it was taken over too often.
 */
export async function takeOverMove(
  parts: TakeOverParts,
  { deadHolder, executionArn }: { readonly deadHolder: string; readonly executionArn: string },
): Promise<TakeOver> {
  const found = await Promise.all(parts.environments.map((each) => parts.findSite(each)));
  const site = found.find(
    (each) => each?.movedBy !== undefined && [each.movedBy, each.move?.takenOverBy].includes(deadHolder),
  );
  const { movedBy: holder, move } = site ?? {};
  if (site === undefined || holder === undefined || move === undefined)
    return { outcome: 'nothing', reason: `${deadHolder} holds nothing any more` };
  const { takenOverBy, takeOvers = 0, ...held } = move;
  if (takenOverBy !== executionArn) {
    if (takenOverBy !== undefined && takenOverBy !== deadHolder)
      return { outcome: 'nothing', reason: `${takenOverBy} has taken it over already` };
    // An error, and no outcome: the workflow fails by it, which an alarm tells.
    if (takeOvers >= maximumTakeOvers)
      throw new AppError(
        'ConflictError',
        `${held.failOverId} was taken over ${takeOvers} times and never ended: ${site.environment} stays held until somebody looks`,
      );
    const taken = { ...move, takenOverBy: executionArn, takeOvers: takeOvers + 1 };
    const record = { ...site, ...failOverKeys.site(site.environment), move: taken };
    if (!(await parts.takeOver(record, takenOverBy)))
      return { outcome: 'nothing', reason: `somebody else has just taken over ${held.failOverId}` };
  }
  const { hostedZoneId, changes } = held.plan.dns;
  const names = changes.map(({ name }) => name);
  const outcome = isSwitched(held.plan, await parts.readTargets(hostedZoneId, names)) ? 'complete' : 'undo';
  const reason = `its execution was cut off ${outcome === 'complete' ? 'after' : 'before'} the switch of DNS`;
  return { outcome, reason, holder, ...held };
}

/**
 * The names change all at once, after everything else was found healthy, and are the first that is taken back: when they lead there,
 * so does everything else.
 */
function isSwitched({ dns }: FailOverPlan, targets: Readonly<Record<string, string | undefined>>): boolean {
  return dns.changes.length > 0 && dns.changes.every(({ name, to }) => targets[name] === to);
}
