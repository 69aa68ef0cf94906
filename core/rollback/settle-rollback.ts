// Makes a decision durable: counts it against the limits, records why, and quarantines what is taken back.

import type { CircuitRecord } from '../../contracts/ledger/circuits.ts';
import { buildDecisionRecord, type DecisionRecord } from '../../contracts/ledger/decisions.ts';
import type { AutomaticRollbacksRecord, QuarantineRecord } from '../../contracts/ledger/rollbacks.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { RollbackPlan } from '../../contracts/workflows/rollback-release.ts';
import { AppError } from '../app-error.ts';
import type { AutomaticRollback } from './rollback-facts.ts';

/** Conditional single-item writes. */
export interface RollbackLedger {
  findAutomaticRollbacks(): Promise<AutomaticRollbacksRecord | undefined>;
  /** Writes unless somebody else has written since `version` was read. */
  putAutomaticRollbacks(record: AutomaticRollbacksRecord, version: number | undefined): Promise<boolean>;
  putDecision(record: DecisionRecord): Promise<void>;
  /** Opens a circuit that is closed. Returns whether it was this rollback that opened it. */
  openCircuit(record: CircuitRecord): Promise<boolean>;
  /** The first reason stays. */
  putQuarantine(record: QuarantineRecord): Promise<void>;
}

const dayMilliseconds = 86_400_000;
/** Each race means that another decision went through: there cannot be more of them than the limits allow. */
const maximumRaces = 25;

/**
 * Plans until the plan rests on what the ledger says at the moment of writing: of decisions at once each sees the others', so
 * that no number of alerts exceeds a limit. `isAutomatic`: only those count. A plan that does not ask what was rolled back reads nothing.
 */
export async function settleRollback(
  ledger: RollbackLedger,
  plan: (findAutomaticRollbacks: () => Promise<readonly AutomaticRollback[]>) => Promise<RollbackPlan>,
  options: { readonly isAutomatic: boolean; readonly fingerprint?: string | undefined; readonly now: string },
): Promise<RollbackPlan> {
  for (let race = 0; race < maximumRaces; race += 1) {
    let reading: ReturnType<RollbackLedger['findAutomaticRollbacks']> | undefined;
    const read = () => {
      reading ??= ledger.findAutomaticRollbacks();
      return reading;
    };
    const settled = await plan(async () => (await read())?.entries ?? []);
    const { promotionId } = settled.promotion;
    if (settled.outcome === 'acted' && options.isAutomatic) {
      // What the plan was made from, not what may be written by now.
      const known = await read();
      const since = Date.parse(options.now) - dayMilliseconds;
      const others = (known?.entries ?? []).filter(
        ({ rollbackId, at }) => rollbackId !== promotionId && Date.parse(at) > since,
      );
      const own = settled.blamed.map(({ service, promotionId: blamedPromotionId }) => ({
        rollbackId: promotionId,
        environment: settled.promotion.environment,
        service,
        blamedPromotionId,
        at: options.now,
        ...(options.fingerprint === undefined ? {} : { fingerprint: options.fingerprint }),
      }));
      const record = {
        ...ledgerKey.automaticRollbacks(),
        version: (known?.version ?? 0) + 1,
        entries: [...others, ...own],
      };
      if (!(await ledger.putAutomaticRollbacks(record, known?.version))) continue;
    }
    const [isOpened] = await Promise.all([
      settled.tripped === undefined
        ? false
        : ledger.openCircuit(buildCircuit(settled, settled.tripped.scope, options.now)),
      ...(settled.outcome === 'acted' && settled.isInnocent !== true ? listQuarantines(settled, options.now) : []).map(
        (record) => ledger.putQuarantine(record),
      ),
      ledger.putDecision(buildDecision(settled, options.now)),
    ]);
    // Of decisions at once that trip the same circuit, one tells people.
    if (settled.tripped === undefined || isOpened) return settled;
    const { tripped: _, ...untold } = settled;
    return untold;
  }
  throw new AppError('ThrottledError', 'too many rollbacks are being decided at once: it will be tried again');
}

function buildCircuit({ rule, reason, promotion }: RollbackPlan, scope: string, now: string): CircuitRecord {
  return {
    ...ledgerKey.circuit(scope),
    kind: ledgerKind.circuit,
    sortKey: scope,
    scope,
    status: 'open',
    rule,
    reason,
    openedAt: now,
    rollbackId: promotion.promotionId,
    correlationId: promotion.correlationId,
  };
}

function listQuarantines({ blamed, promotion, reason }: RollbackPlan, now: string): QuarantineRecord[] {
  return blamed.map(({ service, version, digest }) => ({
    ...ledgerKey.quarantine(service, digest),
    kind: ledgerKind.quarantine,
    sortKey: `${now}#${service}`,
    service,
    version,
    digest,
    reason,
    quarantinedAt: now,
    rollbackId: promotion.promotionId,
    correlationId: promotion.correlationId,
  }));
}

function buildDecision(
  { outcome, rule, reason, promotion, blamed, services, refusedTargets }: RollbackPlan,
  now: string,
): DecisionRecord {
  const { promotionId, correlationId, causationId, environment } = promotion;
  return buildDecisionRecord('rollback-release', {
    promotionId,
    rule: `rollback-release/${rule}`,
    outcome,
    words: reason,
    inputs: {
      environment,
      cause: promotion.reason,
      from: blamed.map(({ service, version }) => `${service} ${version}`),
      to: services.map(({ name, version }) => `${name} ${version}`),
      refusedTargets,
    },
    occurredAt: now,
    correlationId,
    causationId,
  });
}
