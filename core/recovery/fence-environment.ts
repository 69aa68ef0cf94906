// Holds everything else off an environment while it moves, and as long as it runs elsewhere: leases, circuits and a freeze.
import { type CircuitRecord, circuitKeys, circuitKinds, circuitScope } from '../../contracts/ledger/circuits.ts';
import { failOverKeys } from '../../contracts/ledger/fail-overs.ts';
import { type FreezeRecord, freezeKeys, freezeKinds } from '../../contracts/ledger/freezes.ts';
import type { OpenMove, SiteRecord } from '../../contracts/ledger/sites.ts';
import type { FailOverPlan } from '../../contracts/workflows/fail-over.ts';
import { AppError } from '../app-error.ts';
import type { LeaseStore } from '../promotion/acquire-leases.ts';

export interface FenceStore {
  findSite(environment: string): Promise<SiteRecord | undefined>;
  /** Writes it unless somebody else moves the environment. Answers whether it was written. */
  putSite(record: SiteRecord, by: string): Promise<boolean>;
  /** The token under which `holder` holds the lease; undefined when somebody else does, or nobody. */
  findToken(environment: string, service: string, holder: string): Promise<number | undefined>;
  findCircuit(scope: string): Promise<CircuitRecord | undefined>;
  putCircuit(record: CircuitRecord): Promise<void>;
  putFreeze(record: FreezeRecord): Promise<void>;
  removeFreeze(freezeId: string): Promise<void>;
}

export interface FenceParts {
  readonly store: FenceStore;
  readonly leases: Pick<LeaseStore, 'take' | 'release'>;
  /** All of the configuration: also one that was never promoted is held. */
  readonly services: readonly string[];
  readonly now: string;
}

export interface Move {
  readonly plan: FailOverPlan;
  readonly failOverId: string;
  readonly executionArn: string;
  readonly actor: string;
}

/** The rule by which its circuits are known. */
const rule = 'fail-over';
const leaseSeconds = 24 * 3600;

function freezeIdOf(environment: string): string {
  return `fail-over-${environment}`;
}

/**
 * Takes each lease from whoever has it: their fencing token is older from now on. What is moved is written down before anything is
 * held, for whoever has to take it back. Repeating it holds the same.
 */
export async function fenceEnvironment(
  parts: FenceParts,
  move: Move,
  open: Omit<OpenMove, 'plan' | 'failOverId'>,
): Promise<{ reason: string }> {
  const { store, leases, services, now } = parts;
  const { plan, failOverId, executionArn, actor } = move;
  const { environment, to } = plan;
  const found = await store.findSite(environment);
  const site = found?.site ?? 'primary';
  const moved = {
    ...failOverKeys.site(environment),
    environment,
    site,
    since: found?.since ?? now,
    movedBy: executionArn,
    // Of a fail-back: what was not fenced stays so when that is taken back.
    ...(found?.unfenced === undefined ? {} : { unfenced: found.unfenced }),
    move: { ...open, plan, failOverId },
  };
  if (!(await store.putSite(moved, executionArn)))
    throw new AppError('ConflictError', `${environment} is being moved by ${found?.movedBy ?? 'another execution'}`);
  const reason = `${environment} moves to the ${to} region (${failOverId})`;
  await putFreeze(parts, environment, reason, actor);
  for (const service of services) {
    const scope = circuitScope(environment, service);
    const open = await store.findCircuit(scope);
    // One that is open already stays as it is, and stays open afterwards.
    if (open?.status === 'open') continue;
    await store.putCircuit({
      ...circuitKeys.circuit(scope),
      ...{ kind: circuitKinds.circuit, sortKey: scope, scope, status: 'open', rule, reason },
      ...{ openedAt: now, rollbackId: failOverId, correlationId: `fail-over/${failOverId}` },
    });
  }
  const tokens: string[] = [];
  for (const service of services.toSorted())
    tokens.push(`${service} under token ${await takeLease(leases, environment, service, move)}`);
  return { reason: `nothing else changes ${environment}: ${tokens.join(', ')}` };
}

async function takeLease(
  leases: Pick<LeaseStore, 'take'>,
  environment: string,
  service: string,
  { executionArn, failOverId }: Move,
): Promise<number> {
  for (let deadHolder: string | undefined; ; ) {
    const options = { promotionId: failOverId, durationSeconds: leaseSeconds, deadHolder };
    const answer = await leases.take(environment, service, executionArn, options);
    if ('fencingToken' in answer) return answer.fencingToken;
    deadHolder = answer.holder;
  }
}

async function putFreeze(
  { store, now }: FenceParts,
  environment: string,
  reason: string,
  actor: string,
): Promise<void> {
  const freezeId = freezeIdOf(environment);
  await store.putFreeze({
    ...freezeKeys.freeze(freezeId),
    ...{ kind: freezeKinds.freeze, sortKey: `${now}#${freezeId}`, freezeId, name: 'fail-over', reason },
    ...{ environments: [environment], from: now, addedBy: actor, addedAt: now },
  });
}

/**
 * Where it runs from now on. At home everything may move again, but for what others have fenced; away, people and rules stay held off
 * until it comes back, and what it has left behind without being `fenced` is written down. Does nothing when the fence is not of this move: one that found another at work has none.
 */
export async function settleFence(
  parts: FenceParts,
  move: Move,
  site: SiteRecord['site'],
  fenced: readonly string[] = [],
): Promise<{ reason: string }> {
  const { store, leases, services, now } = parts;
  const { plan, executionArn, actor } = move;
  const { environment } = plan;
  const found = await store.findSite(environment);
  if (found?.movedBy !== executionArn) return { reason: `${environment} is not held by ${executionArn}` };
  if (site === 'primary') await openFence(parts, move);
  else {
    const reason = `${environment} runs in the recovery region: \`automation recovery fail-back\` brings it home`;
    await putFreeze(parts, environment, reason, actor);
  }
  for (const service of services) {
    const token = await store.findToken(environment, service, executionArn);
    if (token !== undefined) await leases.release(environment, service, executionArn, token);
  }
  const since = found.site === site ? found.since : now;
  // Last: whoever takes the move over finds by it what is still held.
  const unfenced = site === 'primary' ? [] : listUnfenced(found, plan.to, fenced);
  await store.putSite(
    { ...failOverKeys.site(environment), environment, site, since, ...(unfenced.length === 0 ? {} : { unfenced }) },
    executionArn,
  );
  return { reason: site === 'primary' ? `${environment} may be changed again` : `${environment} stays held` };
}

/** Of a fail-over all that is not known to be fenced; of a fail-back that was taken back, what was not before. */
function listUnfenced(
  { move, unfenced = [] }: SiteRecord,
  to: FailOverPlan['to'],
  fenced: readonly string[],
): NonNullable<SiteRecord['unfenced']> {
  if (to === 'primary' || move === undefined) return unfenced;
  const { failOverId, moves, promotions = [] } = move;
  return [...moves, ...promotions].flatMap(({ database, fence }) =>
    fence === undefined || fenced.includes(database) ? [] : [{ database, failOverId, fence }],
  );
}

async function openFence({ store, services, now }: FenceParts, { plan, actor }: Move): Promise<void> {
  await store.removeFreeze(freezeIdOf(plan.environment));
  for (const service of services) {
    const found = await store.findCircuit(circuitScope(plan.environment, service));
    if (found?.status !== 'open' || found.rule !== rule) continue;
    const closing = { status: 'closed', closedAt: now, closedBy: actor, closedBecause: 'it runs at home' } as const;
    await store.putCircuit({ ...found, ...closing });
  }
}
