// The API's own name in one region. Route 53 leads it to the primary region, and to the recovery region while that one is ill.
import { Duration, Stack } from 'aws-cdk-lib';
import { ApiMapping, DomainName, type HttpApi, type HttpStage, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, Failover, HealthCheck, HealthCheckType, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { ApiDomainConfiguration } from '../../config/api-schema.ts';

export interface ApiDomainProps {
  readonly domain: ApiDomainConfiguration;
  readonly site: 'primary' | 'recovery';
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** Answers GET with a 2xx as long as people may be led here. */
  readonly healthPath: string;
}

/** One of a pair: each region's stack has its own, and neither needs the other to be there. */
export class ApiDomain extends Construct {
  constructor(scope: Construct, id: string, { domain, site, api, stage, healthPath }: ApiDomainProps) {
    super(scope, id);
    const { name, hostedZoneId, certificates } = domain;
    const domainName = new DomainName(this, 'Name', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificates[site]),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new ApiMapping(this, 'Mapping', { api, domainName, stage });
    const { regionalDomainName: dnsName, regionalHostedZoneId } = domainName;
    // The library's own target of such a name does not say what a record that fails over must.
    const target = { dnsName, hostedZoneId: regionalHostedZoneId, evaluateTargetHealth: true };
    new ARecord(this, 'Record', {
      zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName: name }),
      recordName: `${name}.`,
      target: RecordTarget.fromAlias({ bind: () => target }),
      setIdentifier: site,
      failover: site === 'primary' ? Failover.PRIMARY : Failover.SECONDARY,
      // The last resort needs none: Route 53 answers with it whatever its health.
      ...(site === 'primary' ? { healthCheck: this.addHealthCheck(api, healthPath) } : {}),
    });
  }

  /** Of the address that API Gateway gives: the name itself leads elsewhere as soon as it would be ill. */
  private addHealthCheck(api: HttpApi, resourcePath: string): HealthCheck {
    return new HealthCheck(this, 'Health', {
      type: HealthCheckType.HTTPS,
      fqdn: `${api.apiId}.execute-api.${Stack.of(this).region}.amazonaws.com`,
      resourcePath,
      requestInterval: Duration.seconds(30),
      failureThreshold: 3,
    });
  }
}
