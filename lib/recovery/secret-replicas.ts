// The credentials of the systems around AWS, where Secrets Manager replicates them to: under the same names.
import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acceptWildcard } from '../constructs/accepted-findings.ts';
import { type OperatorSecret, operatorSecrets } from '../constructs/operator-secrets.ts';

export interface SecretReplicasProps {
  readonly application: string;
}

/** Found by name, for the six characters at the end of an ARN are not known in another region's stack. */
export class SecretReplicas extends Construct {
  private readonly application: string;

  constructor(scope: Construct, id: string, { application }: SecretReplicasProps) {
    super(scope, id);
    this.application = application;
  }

  nameOf(secret: OperatorSecret): string {
    return `${this.application}/automation/${secret}`;
  }

  allNames(): readonly string[] {
    return operatorSecrets.map((secret) => this.nameOf(secret));
  }

  grantRead(secret: OperatorSecret, grantee: IFunction): void {
    this.grant(grantee, 'secretsmanager:GetSecretValue', secret);
  }

  grantDescribe(grantee: IFunction): void {
    for (const secret of operatorSecrets) this.grant(grantee, 'secretsmanager:DescribeSecret', secret);
  }

  private grant(grantee: IFunction & IGrantable, action: string, secret: OperatorSecret): void {
    const { region, account } = Stack.of(this);
    const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${this.nameOf(secret)}-??????`;
    Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [arn] });
    acceptWildcard(
      grantee.role ?? grantee,
      arn,
      'the one secret of this name: its ARN ends with six characters that AWS chooses',
    );
  }
}
