// Renewals, in the ledger: one item for each name says who renews it, so that there is one renewal at a time.
import { renewalStateRecord } from '../../contracts/ledger/certificate-renewals.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import type { RenewalStore } from '../../core/certificates/renewal-store.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoRenewalStore(ledger: DynamoLedger): RenewalStore {
  return {
    async find(name) {
      return await ledger.find(renewalStateRecord, ledgerKey.renewalState(name));
    },
    async take(name, { holder, until, now, deadHolder = holder }) {
      const existing = await this.find(name);
      const { written } = await ledger.put(
        {
          failures: 0,
          ...existing,
          ...ledgerKey.renewalState(name),
          kind: ledgerKind.renewalState,
          sortKey: name,
          name,
          holder,
          leaseUntil: until,
        },
        {
          // What was read must still stand there: a renewal that ended in between has written its failures.
          expression:
            existing === undefined
              ? 'attribute_not_exists(pk)'
              : 'failures = :failures AND (attribute_not_exists(holder) OR holder IN (:holder, :dead) OR leaseUntil < :now)',
          ...(existing === undefined
            ? {}
            : { values: { ':failures': existing.failures, ':holder': holder, ':dead': deadHolder, ':now': now } }),
        },
      );
      return written;
    },
    async settle(state, holder, record) {
      await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
      const { written } = await ledger.put(state, { expression: 'holder = :holder', values: { ':holder': holder } });
      return written;
    },
  };
}
