// Amazon EKS: where a cluster is, and which IAM roles may enter it.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { AccessEntries, createAccessEntryProvider } from './access-entries.ts';
import { ClusterRegistry } from './cluster-registry.ts';
import { createOperations } from './operations.ts';
import { createPodIdentityAssociationProvider, PodIdentityAssociations } from './pod-identity-associations.ts';

export const createEksModule: CreateServiceModule = (context) => {
  const entries = new AccessEntries(context.store);
  const associations = new PodIdentityAssociations(context.store);
  associations.clear();
  return {
    services: [
      {
        id: 'eks',
        signingName: 'eks',
        loadSdk: () => import('@aws-sdk/client-eks'),
        operations: createOperations(context, new ClusterRegistry(context.store), entries),
      },
    ],
    providers: [
      createAccessEntryProvider(context, entries),
      createPodIdentityAssociationProvider(context, associations),
    ],
  };
};
