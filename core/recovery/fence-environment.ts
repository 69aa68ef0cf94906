// Holds everything else off an environment while it moves, and as long as it runs elsewhere: leases, circuits and a freeze.
import { type CircuitRecord, circuitKeys, circuitKinds, circuitScope } from '../../contracts/ledger/circuits.ts';
import { failOverKeys, type SiteRecord } from '../../contracts/ledger/fail-overs.ts';
import { type FreezeRecord, freezeKeys, freezeKinds } from '../../contracts/ledger/freezes.ts';
import type { FailOverPlan } from '../../contracts/workflows/fail-over.ts';
import type { LeaseGrant } from '../../contracts/workflows/promote-release.ts';
import { AppError } from '../app-error.ts';
import type { LeaseStore } from '../promotion/acquire-leases.ts';

export interface FenceStore {
  findSite(environment: string): Promise<SiteRecord | undefined>;
  /** Writes it unless somebody else moves the environment. Answers whether it was written. */
  putSite(record: SiteRecord, by: string): Promise<boolean>;
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

/** Takes each lease from whoever has it: their fencing token is older from now on. Repeating it holds the same. */
export async function fenceEnvironment(parts: FenceParts, move: Move): Promise<LeaseGrant[]> {
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
  const grants: LeaseGrant[] = [];
  for (const service of services.toSorted()) grants.push(await takeLease(leases, environment, service, move));
  return grants;
}

async function takeLease(
  leases: Pick<LeaseStore, 'take'>,
  environment: string,
  service: string,
  { executionArn, failOverId }: Move,
): Promise<LeaseGrant> {
  for (let deadHolder: string | undefined; ; ) {
    const options = { promotionId: failOverId, durationSeconds: leaseSeconds, deadHolder };
    const answer = await leases.take(environment, service, executionArn, options);
    if ('fencingToken' in answer) return { service, ...answer };
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
 * until it comes back.
 */
export async function settleFence(
  parts: FenceParts,
  move: Move,
  grants: readonly LeaseGrant[],
  site: SiteRecord['site'],
): Promise<void> {
  const { environment } = move.plan;
  if (site === 'primary') await openFence(parts, move);
  else {
    const reason = `${environment} runs in the recovery region: \`automation recovery fail-back\` brings it home`;
    await putFreeze(parts, environment, reason, move.actor);
  }
  for (const { service, fencingToken } of grants)
    await parts.leases.release(environment, service, move.executionArn, fencingToken);
  const found = await parts.store.findSite(environment);
  const since = found?.site === site ? found.since : parts.now;
  await parts.store.putSite({ ...failOverKeys.site(environment), environment, site, since }, move.executionArn);
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
