// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-domainname.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import { buildApiId } from '../http-apis.ts';

/** Nobody resolves the name here: its attributes are for the records that lead to it. */
export function createDomainNameProvider(): ResourceProvider {
  return {
    type: 'AWS::ApiGatewayV2::DomainName',
    properties: ['DomainName'],
    withoutEffect: {
      DomainNameConfigurations: 'the loopback interface has no TLS, and no certificate is looked for',
      MutualTlsAuthentication: 'the loopback interface has no TLS',
      RoutingMode: 'mappings lead to the address that the API has anyway',
      Tags: 'nothing is billed or found by tag',
    },
    async create(resource) {
      const { DomainName: name } = resource.properties as { DomainName: string };
      const id = buildApiId(resource.stack.name, resource.logicalId);
      return {
        ref: name,
        attributes: {
          DomainNameArn: `arn:aws:apigateway:${resource.stack.region}::/domainnames/${name}`,
          RegionalDomainName: `d-${id}.execute-api.${resource.stack.region}.amazonaws.com`,
          RegionalHostedZoneId: 'Z2FDTNDATAQYW2',
        },
      };
    },
  };
}
