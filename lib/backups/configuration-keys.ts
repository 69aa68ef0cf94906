// The keys of the configuration's backup: the pepper of the hashes, and the escrow that our own roles can only put into.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export class ConfigurationKeys extends Construct {
  readonly pepper: Key;
  readonly escrow: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.pepper = new Key(this, 'Pepper', {
      description: 'Makes the hashes by which backups compare the values of Secrets',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.escrow = new Key(this, 'Escrow', {
      description: 'Keeps the keys of the Sealed Secrets controllers: a person opens it, no role of the automation may',
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      multiRegion: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  grantPepper(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['kms:GenerateMac'], resourceArns: [this.pepper.keyArn] });
  }

  /** To encrypt, never to decrypt. */
  grantEscrow(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['kms:Encrypt'], resourceArns: [this.escrow.keyArn] });
  }
}
