// What was pinned past Git, in the ledger.
import { breakGlassRecord } from '../../contracts/ledger/break-glass.ts';
import { rolloutRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { BreakGlassLedger } from '../../core/rollback/break-glass.ts';
import type { ReconcilePorts } from '../../core/rollback/reconcile-git.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoBreakGlassLedger(ledger: DynamoLedger): BreakGlassLedger & ReconcilePorts['ledger'] {
  return {
    async putBreakGlass(record) {
      await ledger.put(record, {
        expression: 'attribute_not_exists(pk) OR openedAt <= :openedAt',
        values: { ':openedAt': record.openedAt },
      });
    },
    findBreakGlass: async (environment, service) =>
      await ledger.find(breakGlassRecord, ledgerKey.breakGlass(environment, service)),
    findRollout: async (environment, service) =>
      await ledger.find(rolloutRecord, ledgerKey.rollout(environment, service)),
    async reconciled({ environment, service, promotion, openedAt }, reconciledAt, revision) {
      const { written } = await ledger.update(
        ledgerKey.breakGlass(environment, service.name),
        { status: 'reconciled', reconciledAt, revision },
        { expression: 'openedAt = :openedAt', values: { ':openedAt': openedAt } },
      );
      if (!written) return;
      // The incident was kept open because a promotion would have been hidden by the override.
      await ledger.update(
        ledgerKey.incident(promotion.promotionId),
        { status: 'mitigated' },
        { expression: '#status = :open', names: { '#status': 'status' }, values: { ':open': 'open' } },
      );
    },
  };
}
