// What runs in an environment by the ledger, and whether the registry has each of its images.
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { RunningImage } from '../../core/recovery/measure-replication.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';
import type { OciRegistry } from './oci-registry.ts';

export function createRunningImages(
  ledger: DynamoLedger,
  registry: Pick<OciRegistry, 'readManifest'>,
): (environment: string) => Promise<RunningImage[]> {
  return async (environment) => {
    const records = await ledger.list(currentRecord, ledgerKey.current(environment, '').pk);
    return await Promise.all(
      records.map(async ({ service, image, digest, finishedAt }) => ({
        ...{ service, digest, since: finishedAt },
        isThere: (await registry.readManifest(image, digest)) !== undefined,
      })),
    );
  };
}
