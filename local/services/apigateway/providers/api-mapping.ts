// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-apimapping.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { HttpApis } from '../http-apis.ts';

interface MappingProperties {
  readonly ApiId: string;
  readonly DomainName: string;
  readonly Stage: string;
}

/** Refuses an API or a stage that does not exist; the API is reached at its own address. */
export function createApiMappingProvider(apis: HttpApis): ResourceProvider {
  return {
    type: 'AWS::ApiGatewayV2::ApiMapping',
    properties: ['ApiId', 'DomainName', 'Stage'],
    withoutEffect: { ApiMappingKey: 'the API is reached at its own address' },
    async create(resource) {
      const { ApiId, DomainName, Stage } = resource.properties as unknown as MappingProperties;
      if (!apis.get(ApiId).stages.has(Stage))
        throw new Error(
          `${resource.type} "${resource.logicalId}": ${DomainName} leads to no stage ${Stage} of ${ApiId}`,
        );
      return { ref: resource.logicalId, attributes: { ApiMappingId: resource.logicalId } };
    },
  };
}
