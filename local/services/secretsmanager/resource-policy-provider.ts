// AWS::SecretsManager::ResourcePolicy.
import type { ResourceProvider } from '../../runtime/resource.ts';
import type { PolicyDocument } from '../../runtime/service.ts';
import type { SecretTable } from './secret-table.ts';

interface ResourcePolicyProperties {
  readonly SecretId: string;
  readonly ResourcePolicy: PolicyDocument;
}

export function createSecretResourcePolicyProvider(secrets: SecretTable): ResourceProvider {
  return {
    type: 'AWS::SecretsManager::ResourcePolicy',
    properties: ['SecretId', 'ResourcePolicy'],
    withoutEffect: { BlockPublicPolicy: 'nothing on one machine is public' },
    create: async (resource) => {
      const { SecretId, ResourcePolicy } = resource.properties as unknown as ResourcePolicyProperties;
      const secret = secrets.getLive(resource.stack.region, SecretId);
      secrets.put({ ...secret, resourcePolicy: ResourcePolicy });
      const arn = secrets.arnOf(secret.region, secret.name);
      return { ref: arn, attributes: { Id: arn } };
    },
  };
}
