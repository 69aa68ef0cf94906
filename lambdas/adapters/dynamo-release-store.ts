// Versions and deployments, in the ledger.

import { fromItem } from '../../contracts/ledger/attribute-values.ts';
import { deploymentRecord } from '../../contracts/ledger/deployments.ts';
import { releaseRecord } from '../../contracts/ledger/releases.ts';
import { ledgerKey, ledgerKind } from '../../contracts/ledger.ts';
import { buildImageTag } from '../../core/promotion/image-tag.ts';
import type { ReleaseHistory } from '../../core/promotion/promotion-plan.ts';
import type { ReleaseStore } from '../../core/promotion/resolve-images.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

/** How far back a release looks for a version that it contains. */
const historyLength = 20;

/** `tagTemplate` turns a commit that a person names into the tag under which its version is recorded. */
export function createDynamoReleaseHistory(ledger: DynamoLedger, tagTemplate: string): ReleaseHistory {
  return {
    async findReleases(service, version) {
      const { pk } = ledgerKey.release(service, version);
      const byTag = await ledger.find(releaseRecord, ledgerKey.release(service, version));
      if (byTag !== undefined) return [byTag];
      // Only what stands before the commit and the part that is known of it can be searched for.
      const [prefix = ''] = buildImageTag(tagTemplate, `${version}\0`).split('\0');
      const candidates = await ledger.list(releaseRecord, pk, { prefix: prefix.slice(0, 1_000) });
      return candidates.filter(({ commit }) => commit.startsWith(version));
    },
    async listDeployments(environment, service) {
      const { pk } = ledgerKey.deployment(environment, service, '', '');
      return await ledger.list(deploymentRecord, pk, { limit: historyLength, newestFirst: true });
    },
  };
}

/** The first digest of a version stays for good. */
export function createDynamoReleaseStore(ledger: DynamoLedger): ReleaseStore {
  return {
    async findRelease(service, version) {
      return await ledger.find(releaseRecord, ledgerKey.release(service, version));
    },
    async recordRelease(release) {
      const record = {
        ...ledgerKey.release(release.service, release.version),
        kind: ledgerKind.release(release.service),
        sortKey: `${release.recordedAt}#${release.version}`,
        ...release,
      };
      const result = await ledger.put(record, { expression: 'attribute_not_exists(pk)' });
      if (result.written || result.existing === undefined) return record;
      return releaseRecord.parse(fromItem(result.existing));
    },
  };
}
