// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { HttpApis } from '../http-apis.ts';

interface RouteProperties {
  readonly ApiId: string;
  readonly RouteKey: string;
  readonly Target?: string;
  readonly AuthorizationType?: string;
}

export function createRouteProvider(apis: HttpApis): ResourceProvider {
  return {
    type: 'AWS::ApiGatewayV2::Route',
    properties: ['ApiId', 'RouteKey', 'Target', 'AuthorizationType'],
    withoutEffect: { OperationName: 'nothing lists it' },
    async create(resource) {
      const properties = resource.properties as unknown as RouteProperties;
      const { AuthorizationType = 'NONE', Target = '' } = properties;
      if (AuthorizationType !== 'NONE') {
        throw new Error(
          `${resource.type} "${resource.logicalId}": authorization ${AuthorizationType} does not run here: a route that is open locally and guarded on AWS would mislead, use NONE`,
        );
      }
      const integrationId = Target.replace(/^integrations\//, '');
      apis.get(properties.ApiId).routes.add({ key: properties.RouteKey, integrationId });
      return { ref: resource.logicalId, attributes: { RouteId: resource.logicalId } };
    },
  };
}
