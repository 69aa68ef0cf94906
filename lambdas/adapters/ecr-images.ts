// Images as Amazon ECR has them in one region, and how those that another region misses are sent there.
import {
  BatchGetImageCommand,
  type ECRClient,
  ReplicationBackfillInProgressException,
  RepositoryNotFoundException,
  StartReplicationBackfillCommand,
} from '@aws-sdk/client-ecr';
import { AppError } from '../../core/app-error.ts';

/** Of `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`: a replica has the same repository in another region. */
export function repositoryOf(image: string): string {
  return image.slice(image.indexOf('/') + 1);
}

export function createEcrImages(client: ECRClient): (image: string, digest: string) => Promise<boolean> {
  return async (image, digest) => {
    const repositoryName = repositoryOf(image);
    try {
      const { images = [], failures = [] } = await client.send(
        new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest: digest }] }),
      );
      const [failure] = failures;
      if (failure !== undefined && failure.failureCode !== 'ImageNotFound')
        throw new AppError('UpstreamUnavailableError', `ECR says ${failure.failureCode} of ${image}@${digest}`);
      return images.length > 0;
    } catch (error) {
      if (error instanceof RepositoryNotFoundException) return false;
      throw error;
    }
  };
}

/**
 * Has ECR send what is missing there, by a backfill of its own replication: no byte passes through us, and a layer that is there is not
 * sent again. Its replication alone covers only what is pushed after it was set up. Answers whether one has begun; one at a time runs.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication-backfill.html
 */
export async function startBackfill(
  client: ECRClient,
  destination: { readonly region: string; readonly registryId: string },
): Promise<boolean> {
  try {
    await client.send(new StartReplicationBackfillCommand({ destination }));
    return true;
  } catch (error) {
    if (error instanceof ReplicationBackfillInProgressException) return false;
    throw error;
  }
}
