// CreateBucket, DeleteBucket, HeadBucket, ListBuckets and GetBucketLocation.
import type {
  CreateBucketCommandInput,
  DeleteBucketCommandInput,
  GetBucketLocationCommandInput,
  HeadBucketCommandInput,
  ListBucketsCommandInput,
} from '@aws-sdk/client-s3';
import { AwsError, type Operation } from '../../../runtime/service.ts';
import { bucketArn, NO_CUSTOMER_KEY } from '../buckets/bucket.ts';
import { checkBucketName } from '../buckets/bucket-registry.ts';
import { buildOwner } from '../listing/owner.ts';
import { onBucket } from '../permissions.ts';
import type { S3Parts } from '../s3-parts.ts';

/** The region that is older than the notion of a bucket's location. */
const CLASSIC_REGION = 'us-east-1';
const MOST_BUCKETS = 10_000;

export function createBucketOperations(parts: S3Parts): Record<string, Operation> {
  const { buckets, objects, uploads, bodies, context } = parts;
  return {
    CreateBucket: {
      authorize: (input: CreateBucketCommandInput) => [onBucket('CreateBucket', input.Bucket)],
      async handle(input: CreateBucketCommandInput, call) {
        const name = input.Bucket ?? '';
        checkBucketName(name);
        if (buckets.find(name)) {
          throw new AwsError(
            'BucketAlreadyOwnedByYou',
            'Your previous request to create the named bucket succeeded and you already own it.',
            { status: 409, details: { BucketName: name } },
          );
        }
        const location = input.CreateBucketConfiguration?.LocationConstraint ?? CLASSIC_REGION;
        if (location !== call.region) {
          throw new AwsError(
            'IllegalLocationConstraintException',
            `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
          );
        }
        buckets.put({
          name,
          region: call.region,
          createdAt: context.clock.now(),
          encryption: NO_CUSTOMER_KEY,
          tags: {},
          notifiesEventBridge: false,
          configurations: {},
          ...(input.ObjectLockEnabledForBucket && { versioning: 'Enabled', objectLock: {} }),
        });
        await context.store.flush();
        return { Location: `/${name}`, BucketArn: bucketArn(name) };
      },
    },
    DeleteBucket: {
      authorize: (input: DeleteBucketCommandInput) => [onBucket('DeleteBucket', input.Bucket)],
      async handle(input: DeleteBucketCommandInput, call) {
        const { name } = buckets.get(input.Bucket, call.region);
        if (!objects.index(name).isEmpty) {
          throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
            status: 409,
            details: { BucketName: name },
          });
        }
        const segments = uploads.list(name).flatMap((upload) => {
          const files = uploads.parts(upload).map(({ segment }) => segment);
          uploads.delete(upload);
          return files;
        });
        buckets.delete(name);
        await context.store.flush();
        await bodies.remove(segments);
        return {};
      },
    },
    HeadBucket: {
      authorize: (input: HeadBucketCommandInput) => [onBucket('ListBucket', input.Bucket)],
      handle(input: HeadBucketCommandInput, call) {
        const { region, name } = buckets.get(input.Bucket, call.region);
        return { BucketRegion: region, BucketArn: bucketArn(name) };
      },
    },
    ListBuckets: {
      authorize: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
      handle(input: ListBucketsCommandInput, call) {
        const { Prefix = '', BucketRegion, ContinuationToken = '', MaxBuckets = MOST_BUCKETS } = input;
        const matching = buckets
          .all()
          .filter(({ name, region }) => name.startsWith(Prefix) && (BucketRegion ?? region) === region)
          .filter(({ name }) => name > ContinuationToken);
        const page = matching.slice(0, MaxBuckets);
        return {
          Buckets: page.map(({ name, createdAt, region }) => ({
            Name: name,
            CreationDate: new Date(createdAt),
            BucketRegion: region,
            BucketArn: bucketArn(name),
          })),
          Owner: buildOwner(call.accountId),
          ...(page.length < matching.length && { ContinuationToken: page.at(-1)?.name }),
        };
      },
    },
    GetBucketLocation: {
      authorize: (input: GetBucketLocationCommandInput) => [onBucket('GetBucketLocation', input.Bucket)],
      handle(input: GetBucketLocationCommandInput) {
        const { region } = buckets.getAnywhere(input.Bucket);
        return region === CLASSIC_REGION ? {} : { LocationConstraint: region };
      },
    },
  };
}
