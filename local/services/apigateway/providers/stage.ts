// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html
import type { ResourceProvider } from '../../../runtime/resource.ts';
import type { Throttle } from '../http-api.ts';
import type { HttpApis } from '../http-apis.ts';

interface RouteSettings {
  readonly ThrottlingRateLimit?: number | string;
  readonly ThrottlingBurstLimit?: number | string;
}

interface StageProperties {
  readonly ApiId: string;
  readonly StageName: string;
  readonly StageVariables?: Readonly<Record<string, string>>;
  readonly DefaultRouteSettings?: RouteSettings;
  readonly RouteSettings?: Readonly<Record<string, RouteSettings>>;
}

function findThrottle(settings: RouteSettings | undefined): Throttle | undefined {
  if (settings?.ThrottlingRateLimit === undefined) return undefined;
  const ratePerSecond = Number(settings.ThrottlingRateLimit);
  return { ratePerSecond, burst: Number(settings.ThrottlingBurstLimit ?? Math.ceil(ratePerSecond)) };
}

export function createStageProvider(apis: HttpApis): ResourceProvider {
  return {
    type: 'AWS::ApiGatewayV2::Stage',
    properties: ['ApiId', 'StageName', 'StageVariables', 'DefaultRouteSettings', 'RouteSettings'],
    withoutEffect: {
      AccessLogSettings: 'every request is in the trace as request-answered',
      AutoDeploy: 'what the template says is deployed at every start',
      DeploymentId: 'what the template says is deployed at every start',
      Description: 'nothing lists it',
      Tags: 'nothing is billed or found by tag',
    },
    async create(resource) {
      const properties = resource.properties as unknown as StageProperties;
      const throttle = findThrottle(properties.DefaultRouteSettings);
      const routeThrottles: Record<string, Throttle> = {};
      for (const [routeKey, settings] of Object.entries(properties.RouteSettings ?? {})) {
        const routeThrottle = findThrottle(settings);
        if (routeThrottle) routeThrottles[routeKey] = routeThrottle;
      }
      apis.get(properties.ApiId).stages.set(properties.StageName, {
        name: properties.StageName,
        ...(properties.StageVariables && { variables: properties.StageVariables }),
        ...(throttle && { throttle }),
        routeThrottles,
      });
      return { ref: properties.StageName, attributes: {} };
    },
  };
}
