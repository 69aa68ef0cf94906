// Amazon API Gateway: HTTP APIs on the loopback interface with Lambda proxy integrations.
import type { RuntimeContext, ServiceModule } from '../../runtime/context.ts';
import { HttpApis, type HttpApisOptions } from './http-apis.ts';
import { createApiProvider } from './providers/api.ts';
import { createApiMappingProvider } from './providers/api-mapping.ts';
import { createDomainNameProvider } from './providers/domain-name.ts';
import { createIntegrationProvider } from './providers/integration.ts';
import { createRouteProvider } from './providers/route.ts';
import { createStageProvider } from './providers/stage.ts';

export function createApigatewayModule(context: RuntimeContext, options: HttpApisOptions = {}): ServiceModule {
  const apis = new HttpApis(context, options);
  return {
    services: [
      {
        id: 'apigatewayv2',
        signingName: 'apigateway',
        // The management API is not served, so that no shapes are needed: every operation is unknown.
        loadSdk: async () => ({}),
        operations: {},
        start: async () => apis.start(),
        stop: () => apis.stop(),
      },
    ],
    providers: [
      createApiProvider(apis),
      createIntegrationProvider(apis),
      createRouteProvider(apis),
      createStageProvider(apis),
      createDomainNameProvider(),
      createApiMappingProvider(apis),
    ],
  };
}
