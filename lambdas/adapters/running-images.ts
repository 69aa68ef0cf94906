// What runs in an environment by the ledger, and whether each of its images is where it is to be recovered.
import { currentRecord } from '../../contracts/ledger/deployments.ts';
import { ledgerKey } from '../../contracts/ledger.ts';
import type { RunningImage } from '../../core/recovery/measure-replication.ts';
import type { DynamoLedger } from './dynamo-ledger.ts';

export function createRunningImages(
  ledger: DynamoLedger,
  hasImage: (image: string, digest: string) => Promise<boolean>,
  /** Sends there what is missing; answers whether that has begun just now. Absent: nobody can. */
  resend?: () => Promise<boolean>,
): (environment: string) => Promise<RunningImage[]> {
  return async (environment) => {
    const records = await ledger.list(currentRecord, ledgerKey.current(environment, '').pk);
    const images = await Promise.all(
      records.map(async ({ service, image, digest, finishedAt }) => ({
        ...{ service, digest, since: finishedAt },
        isThere: await hasImage(image, digest),
      })),
    );
    const isMissing = images.some(({ isThere }) => !isThere);
    const isResent = isMissing && resend !== undefined && (await resend());
    return images.map((image) => (image.isThere ? image : { ...image, isResent }));
  };
}
