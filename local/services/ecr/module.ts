// Amazon ECR: repositories, images by digest, authorization tokens, and replication into other regions in its own time.
import type { CreateServiceModule } from '../../runtime/context.ts';
import { createImageOperations } from './image-operations.ts';
import { ImageTable, type ReplicationRule } from './image-table.ts';
import { createReplicationOperations } from './replication-operations.ts';

export const createEcrModule: CreateServiceModule = (context) => {
  const table = new ImageTable(context.store);
  return {
    services: [
      {
        id: 'ecr',
        signingName: 'ecr',
        loadSdk: () => import('@aws-sdk/client-ecr'),
        operations: { ...createImageOperations(context, table), ...createReplicationOperations(context, table) },
      },
    ],
    providers: [
      {
        type: 'AWS::ECR::ReplicationConfiguration',
        properties: ['ReplicationConfiguration'],
        async create({ properties, stack }) {
          const { ReplicationConfiguration: configuration } = properties as {
            ReplicationConfiguration: { Rules: Record<string, never>[] };
          };
          const rules = configuration.Rules.map(toRule);
          table.rules.put(stack.region, { rules });
          await context.store.flush();
          return { ref: context.accountId, attributes: { RegistryId: context.accountId } };
        },
      },
    ],
  };
};

/** CloudFormation begins the names of members with a capital. */
function toRule(rule: Record<string, readonly Record<string, string>[] | undefined>): ReplicationRule {
  return {
    destinations: (rule.Destinations ?? []).map(({ Region = '', RegistryId = '' }) => ({
      ...{ region: Region, registryId: RegistryId },
    })),
    repositoryFilters: (rule.RepositoryFilters ?? []).map(({ Filter = '', FilterType = '' }) => ({
      ...{ filter: Filter, filterType: FilterType },
    })),
  };
}
