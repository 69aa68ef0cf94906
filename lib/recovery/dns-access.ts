// Who may read and change the names of environments that can move: in the hosted zones of the configuration, and no other.
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/schema.ts';
import { acceptWildcard } from '../constructs/accepted-findings.ts';

export interface DnsAccessProps {
  readonly configuration: Configuration;
}

export class DnsAccess extends Construct {
  private readonly zoneArns: readonly string[];

  constructor(scope: Construct, id: string, { configuration }: DnsAccessProps) {
    super(scope, id);
    const zones = Object.values(configuration.recovery.environments).map(({ dns }) => dns.hostedZoneId);
    this.zoneArns = [...new Set(zones)].map((zone) => `arn:aws:route53:::hostedzone/${zone}`);
  }

  grantRead(grantee: IFunction): void {
    this.grant(grantee, 'route53:ListResourceRecordSets', this.zoneArns);
  }

  grantWrite(grantee: IFunction): void {
    this.grant(grantee, 'route53:ChangeResourceRecordSets', this.zoneArns);
    const changes = 'arn:aws:route53:::change/*';
    this.grant(grantee, 'route53:GetChange', [changes]);
    acceptWildcard(
      grantee.role ?? grantee,
      changes,
      'the changes that it has made: their ids are not known beforehand',
    );
  }

  private grant(grantee: IFunction, action: string, resourceArns: readonly string[]): void {
    if (resourceArns.length > 0) Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [...resourceArns] });
  }
}
