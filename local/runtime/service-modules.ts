// Every AWS service that the runtime emulates: the one table of modules.
import { createApigatewayModule } from '../services/apigateway/module.ts';
import { createIamModule } from '../services/iam/module.ts';
import { createLambdaModule } from '../services/lambda/module.ts';
import { createSsmModule } from '../services/ssm/module.ts';
import { createStsModule } from '../services/sts/module.ts';
import { createWithoutEffectModule } from '../services/without-effect/module.ts';
import type { CreateServiceModule } from './context.ts';

export interface ServiceModuleOptions {
  /** The port of the first HTTP API of the assembly; a free one when absent. */
  readonly apiPort?: number;
}

/** In the order in which services are built; they find each other through the context, never by import. */
export function listServiceModules({ apiPort }: ServiceModuleOptions = {}): readonly CreateServiceModule[] {
  return [
    createIamModule,
    createStsModule,
    createSsmModule,
    createLambdaModule,
    (context) => createApigatewayModule(context, apiPort === undefined ? {} : { port: apiPort }),
    createWithoutEffectModule,
  ];
}
