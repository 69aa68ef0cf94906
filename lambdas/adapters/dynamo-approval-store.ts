// Requests for approval, in the ledger.

import { approvalRecord } from '../../contracts/ledger/approvals.ts';
import { fromItem } from '../../contracts/ledger/attribute-values.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { ApprovalStore } from '../../core/approvals/approval-ports.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoApprovalStore(ledger: DynamoLedger): ApprovalStore {
  return {
    find: async (approvalId) => await ledger.find(approvalRecord, ledgerKey.approval(approvalId)),
    listPending: async () => await ledger.listByKind(approvalRecord, ledgerKind.pendingApproval),
    async open(record) {
      const result = await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
      if (result.written) return undefined;
      return result.existing === undefined ? undefined : approvalRecord.parse(fromItem(result.existing));
    },
    async update(record) {
      const { written } = await ledger.put(record, {
        expression: '#version = :seen',
        names: { '#version': 'version' },
        values: { ':seen': record.version - 1 },
      });
      return written;
    },
  };
}
