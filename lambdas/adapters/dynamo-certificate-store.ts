// How certificates were found, in the ledger.
import { certificateRecord } from '../../contracts/ledger/certificates.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { CertificateStore } from '../../core/certificates/check-certificate.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createDynamoCertificateStore(ledger: DynamoLedger): CertificateStore {
  return {
    async find(name) {
      return await ledger.find(certificateRecord, ledgerKey.certificate(name));
    },
    async put(record) {
      await ledger.put(record, {
        expression: 'attribute_not_exists(pk) OR checkedAt <= :checkedAt',
        values: { ':checkedAt': record.checkedAt },
      });
    },
    async append(record) {
      await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
    },
  };
}
