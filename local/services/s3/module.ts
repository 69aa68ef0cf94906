// Amazon S3: objects in files, everything about them in the store; versions, locks, lifecycle, replication and events.
import type { CreateServiceModule } from '../../runtime/context.ts';
import type { PolicyDocument } from '../../runtime/service.ts';
import { Lifecycle } from './lifecycle/lifecycle.ts';
import { createListObjectVersions } from './listing/list-object-versions.ts';
import { createListObjects, createListObjectsV2 } from './listing/list-objects.ts';
import { createCompleteMultipartUpload } from './multipart/complete-upload.ts';
import { createMultipartOperations } from './multipart/manage-uploads.ts';
import { createUploadPart, createUploadPartCopy } from './multipart/upload-part.ts';
import { createBucketSettingOperations } from './operations/bucket-settings.ts';
import { createBucketOperations } from './operations/buckets.ts';
import { createCopyObject } from './operations/copy-object.ts';
import { createDeleteObject, createDeleteObjects } from './operations/delete-objects.ts';
import { createGetObject, createGetObjectAttributes, createHeadObject } from './operations/get-object.ts';
import { createObjectSettingOperations } from './operations/object-settings.ts';
import { createPutObject } from './operations/put-object.ts';
import { createBucketProvider } from './providers/bucket.ts';
import { createBucketPolicyProvider } from './providers/bucket-policy.ts';
import { finishReplication } from './replication/finish-replication.ts';
import { createReplicateObject } from './replication/replicate-object.ts';
import { REPLICATE_OPERATION } from './replication/replication-queue.ts';
import { createS3Parts, sweepBodies } from './s3-parts.ts';

export const createS3Module: CreateServiceModule = (context) => {
  const parts = createS3Parts(context);
  const lifecycle = new Lifecycle(parts);
  return {
    services: [
      {
        id: 's3',
        signingName: 's3',
        loadSdk: () => import('@aws-sdk/client-s3') as Promise<unknown> as Promise<Record<string, unknown>>,
        operations: {
          PutObject: createPutObject(parts),
          GetObject: createGetObject(parts),
          HeadObject: createHeadObject(parts),
          GetObjectAttributes: createGetObjectAttributes(parts),
          CopyObject: createCopyObject(parts),
          DeleteObject: createDeleteObject(parts),
          DeleteObjects: createDeleteObjects(parts),
          ListObjects: createListObjects(parts),
          ListObjectsV2: createListObjectsV2(parts),
          ListObjectVersions: createListObjectVersions(parts),
          UploadPart: createUploadPart(parts),
          UploadPartCopy: createUploadPartCopy(parts),
          CompleteMultipartUpload: createCompleteMultipartUpload(parts),
          ...createMultipartOperations(parts),
          ...createObjectSettingOperations(parts),
          ...createBucketOperations(parts),
          ...createBucketSettingOperations(parts),
          [REPLICATE_OPERATION]: createReplicateObject(parts),
        },
        resourcePolicy(arn) {
          const name = arn.split(':').slice(5).join(':').split('/')[0] ?? '';
          const policy = parts.buckets.find(name)?.policy;
          return policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument);
        },
        async start() {
          await sweepBodies(parts);
          parts.events.start();
          parts.replications.start((task, hasSucceeded) => finishReplication(parts, task, hasSucceeded));
          lifecycle.start();
        },
        async stop() {
          lifecycle.stop();
          parts.replications.stop();
          parts.events.stop();
        },
      },
    ],
    providers: [createBucketProvider(parts), createBucketPolicyProvider(parts)],
  };
};
