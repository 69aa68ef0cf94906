// Tells EventBridge what happens to objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
import type { RuntimeContext } from '../../../runtime/context.ts';
import { type Bucket, bucketArn } from '../buckets/bucket.ts';
import type { ObjectVersion } from '../objects/object-version.ts';
import { Outbox } from '../outbox.ts';

/** Who caused a change, and how. */
export interface Cause {
  /** `PutObject`, `CopyObject`, `Lifecycle Expiration` … */
  readonly reason: string;
  readonly requester: string;
  readonly requestId: string;
}

type AwsEvent = Parameters<RuntimeContext['publishAwsEvent']>[0];

export class ObjectEvents {
  readonly #outbox: Outbox<AwsEvent>;
  readonly #context: RuntimeContext;

  constructor(context: RuntimeContext) {
    this.#context = context;
    this.#outbox = new Outbox<AwsEvent>(context, 's3/events', (event) => context.publishAwsEvent(event));
  }

  start(): void {
    this.#outbox.start();
  }

  stop(): void {
    this.#outbox.stop();
  }

  /** To be called in the tick of the change; does nothing for a bucket that does not notify EventBridge. */
  note(bucket: Bucket, detailType: string, version: ObjectVersion, cause: Cause, further: object = {}): void {
    const { content, key } = version;
    this.#context.trace.record({
      service: 's3',
      name: detailType.toLowerCase().replaceAll(' ', '-'),
      subject: `${bucket.name}/${key}`,
      details: { versionId: version.versionId, reason: cause.reason, ...(content && { size: content.size }) },
    });
    if (!bucket.notifiesEventBridge) return;
    this.#outbox.add({
      source: 'aws.s3',
      detailType,
      region: bucket.region,
      resources: [bucketArn(bucket.name)],
      detail: {
        version: '0',
        bucket: { name: bucket.name },
        object: {
          key,
          ...(content && { size: content.size, etag: content.etag.replaceAll('"', '') }),
          ...(bucket.versioning && { 'version-id': version.versionId }),
          sequencer: Math.round(this.#context.clock.now()).toString(16).toUpperCase().padStart(16, '0'),
        },
        'request-id': cause.requestId,
        requester: cause.requester,
        'source-ip-address': '127.0.0.1',
        reason: cause.reason,
        ...further,
      },
    });
  }
}
