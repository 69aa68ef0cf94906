// AWS Security Token Service: who a caller is, and temporary credentials of a role.

import { roleDirectoryOf } from '../../identity/role-directory.ts';
import { Sessions } from '../../identity/sessions.ts';
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createAssumeRole } from './assume-role.ts';
import { createGetCallerIdentity } from './get-caller-identity.ts';

export const createStsModule: CreateServiceModule = (context) => {
  const roles = roleDirectoryOf(context.store);
  return {
    services: [
      {
        id: 'sts',
        signingName: 'sts',
        loadSdk: () => import('@aws-sdk/client-sts'),
        operations: {
          GetCallerIdentity: createGetCallerIdentity(roles),
          AssumeRole: createAssumeRole(context, roles, new Sessions(context.store, context.clock)),
        },
      },
    ],
    providers: [],
  };
};
