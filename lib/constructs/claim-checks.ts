// Payloads that are too large for the bus: the event carries their place.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acceptFinding, acceptWildcardWithin } from './accepted-findings.ts';

export interface ClaimChecksProps {
  readonly key: IKey;
  /** As long as the bus archive: an event that can be replayed must find its payload. */
  readonly retention: Duration;
}

/** Private, encrypted, over TLS only, versioned; forgets together with the archive. */
export class ClaimChecks extends Construct {
  readonly bucket: Bucket;
  private readonly key: IKey;

  constructor(scope: Construct, id: string, props: ClaimChecksProps) {
    super(scope, id);
    this.key = props.key;
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          id: 'forget-with-the-archive',
          expiration: props.retention,
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    acceptFinding(this.bucket, 'S1');
  }

  grantWrite(grantee: IFunction): void {
    this.grant(grantee, 's3:PutObject', 'kms:GenerateDataKey');
  }

  grantRead(grantee: IFunction): void {
    this.grant(grantee, 's3:GetObject', 'kms:Decrypt');
  }

  private grant(grantee: IFunction, objectAction: string, keyAction: string): void {
    const objects = this.bucket.arnForObjects('*');
    Grant.addToPrincipal({ grantee, actions: [objectAction], resourceArns: [objects] });
    Grant.addToPrincipal({ grantee, actions: [keyAction], resourceArns: [this.key.keyArn] });
    acceptWildcardWithin(
      grantee.role ?? grantee,
      this.bucket,
      '/*',
      'the objects of this one bucket: their names are not known beforehand',
    );
  }
}
