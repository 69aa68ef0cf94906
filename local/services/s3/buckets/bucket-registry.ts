// The buckets of the account: names are unique over all regions.

import { AwsError } from '../../../runtime/service.ts';
import type { Store, Table } from '../../../storage/store.ts';
import type { Bucket } from './bucket.ts';

const NAME = /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export class BucketRegistry {
  readonly #buckets: Table<Bucket>;

  constructor(store: Store) {
    this.#buckets = store.table('s3/buckets');
  }

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** Throws `NoSuchBucket`. */
  getAnywhere(name: string | undefined): Bucket {
    const bucket = this.#buckets.get(name ?? '');
    if (bucket) return bucket;
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
      status: 404,
      details: { BucketName: name ?? '' },
    });
  }

  /** Throws `NoSuchBucket`, or `PermanentRedirect` when the request was sent to another region than the bucket's. */
  get(name: string | undefined, region: string): Bucket {
    const bucket = this.getAnywhere(name);
    if (bucket.region === region) return bucket;
    throw new AwsError(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      {
        status: 301,
        details: {
          Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`,
          Bucket: bucket.name,
          $headers: { 'x-amz-bucket-region': bucket.region },
        },
      },
    );
  }

  all(): Bucket[] {
    return this.#buckets.keysWithPrefix('').map((name) => this.#buckets.get(name) as Bucket);
  }

  put(bucket: Bucket): void {
    this.#buckets.put(bucket.name, bucket);
  }

  delete(name: string): void {
    this.#buckets.delete(name);
  }
}

/** Throws `InvalidBucketName`. */
export function checkBucketName(name: string): void {
  if (!NAME.test(name)) {
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', { details: { BucketName: name } });
  }
}
