// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { PublicAccessBlock } from '../buckets/bucket.ts';
import { checkBucketPolicy } from '../buckets/bucket-policy.ts';
import type { S3Parts } from '../s3-parts.ts';

export function createBucketPolicyProvider(parts: S3Parts): ResourceProvider {
  return {
    type: 'AWS::S3::BucketPolicy',
    properties: ['Bucket', 'PolicyDocument'],
    async create(resource) {
      const { Bucket, PolicyDocument } = resource.properties as { Bucket: string; PolicyDocument: object };
      const bucket = parts.buckets.get(Bucket, resource.stack.region);
      const policy = JSON.stringify(PolicyDocument);
      checkBucketPolicy(policy, bucket.configurations.PublicAccessBlockConfiguration as PublicAccessBlock | undefined);
      parts.buckets.put({ ...bucket, policy });
      await parts.context.store.flush();
      return { ref: bucket.name, attributes: {} };
    },
  };
}
