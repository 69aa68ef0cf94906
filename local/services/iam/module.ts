// IAM: roles and policies of the assembly. What they allow is evaluated in local/identity.
import { roleDirectoryOf } from '../../identity/role-directory.ts';
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createAttachedPolicyProvider, createManagedPolicyProvider } from './policy-providers.ts';
import { createRoleProvider } from './role-provider.ts';

/** The providers of roles and policies; IAM's own API is not served. */
export const createIamModule: CreateServiceModule = (context) => {
  const directory = roleDirectoryOf(context.store);
  return {
    services: [],
    providers: [
      createRoleProvider(directory),
      createAttachedPolicyProvider(directory),
      createManagedPolicyProvider(directory),
    ],
  };
};
