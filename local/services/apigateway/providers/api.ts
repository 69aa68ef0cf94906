// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html
import { physicalName, type ResourceProvider } from '../../../runtime/resource.ts';
import type { CorsConfiguration } from '../http-api.ts';
import { buildApiId, type HttpApis } from '../http-apis.ts';
import { RouteTable } from '../route-table.ts';

interface ApiProperties {
  readonly Name?: string;
  readonly ProtocolType?: string;
  readonly CorsConfiguration?: {
    readonly AllowOrigins?: readonly string[];
    readonly AllowMethods?: readonly string[];
    readonly AllowHeaders?: readonly string[];
    readonly ExposeHeaders?: readonly string[];
    readonly MaxAge?: number | string;
    readonly AllowCredentials?: boolean | string;
  };
}

function buildCors(cors: NonNullable<ApiProperties['CorsConfiguration']>): CorsConfiguration {
  return {
    allowOrigins: cors.AllowOrigins ?? [],
    allowMethods: cors.AllowMethods ?? [],
    allowHeaders: cors.AllowHeaders ?? [],
    exposeHeaders: cors.ExposeHeaders ?? [],
    ...(cors.MaxAge !== undefined && { maxAgeSeconds: Number(cors.MaxAge) }),
    allowCredentials: String(cors.AllowCredentials ?? false) === 'true',
  };
}

export function createApiProvider(apis: HttpApis): ResourceProvider {
  return {
    type: 'AWS::ApiGatewayV2::Api',
    properties: ['Name', 'ProtocolType', 'CorsConfiguration'],
    withoutEffect: {
      Description: 'nothing lists it',
      DisableExecuteApiEndpoint: 'the loopback address is the only one',
      Tags: 'nothing is billed or found by tag',
      Version: 'nothing lists it',
      IpAddressType: 'the loopback address is the only one',
    },
    async create(resource) {
      const properties = resource.properties as ApiProperties;
      if (properties.ProtocolType !== 'HTTP') {
        throw new Error(
          `${resource.type} "${resource.logicalId}": protocol ${properties.ProtocolType ?? '(none)'} does not run here: use HTTP`,
        );
      }
      const { region, accountId, name } = resource.stack;
      const id = buildApiId(name, resource.logicalId);
      const endpoint = await apis.add({
        id,
        name: properties.Name ?? physicalName(resource, 128),
        region,
        accountId,
        ...(properties.CorsConfiguration && { cors: buildCors(properties.CorsConfiguration) }),
        routes: new RouteTable(),
        integrations: new Map(),
        stages: new Map(),
      });
      return { ref: id, attributes: { ApiId: id, ApiEndpoint: endpoint } };
    },
  };
}
