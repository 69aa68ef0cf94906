// AWS Systems Manager Parameter Store.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createParameterProvider } from './parameter-provider.ts';
import { ParameterTable } from './parameter-table.ts';
import { createReadOperations } from './read-operations.ts';
import { createWriteOperations } from './write-operations.ts';

export const createSsmModule: CreateServiceModule = (context) => {
  const parameters = new ParameterTable(context);
  return {
    services: [
      {
        id: 'ssm',
        signingName: 'ssm',
        loadSdk: () => import('@aws-sdk/client-ssm'),
        operations: { ...createReadOperations(parameters), ...createWriteOperations(context, parameters) },
      },
    ],
    providers: [createParameterProvider(context, parameters)],
  };
};
