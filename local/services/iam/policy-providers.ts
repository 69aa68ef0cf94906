// AWS::IAM::Policy and AWS::IAM::ManagedPolicy: policies written apart from the roles that they are attached to.
import type { RoleDirectory } from '../../identity/role-directory.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import type { PolicyDocument } from '../../runtime/service.ts';

interface PolicyProperties {
  readonly PolicyDocument: PolicyDocument;
  readonly PolicyName?: string;
  readonly ManagedPolicyName?: string;
  readonly Path?: string;
  readonly Roles?: readonly string[];
}

export function createAttachedPolicyProvider(directory: RoleDirectory): ResourceProvider {
  return {
    type: 'AWS::IAM::Policy',
    properties: ['PolicyDocument', 'PolicyName', 'Roles'],
    create: async (resource) => {
      const properties = resource.properties as unknown as PolicyProperties;
      const ref = physicalName(resource, 128);
      directory.putPolicy({
        id: `${resource.stack.region}/${resource.stack.name}/${resource.logicalId}`,
        document: properties.PolicyDocument,
        roleNames: properties.Roles ?? [],
      });
      return { ref, attributes: { Id: ref } };
    },
  };
}

export function createManagedPolicyProvider(directory: RoleDirectory): ResourceProvider {
  return {
    type: 'AWS::IAM::ManagedPolicy',
    properties: ['PolicyDocument', 'ManagedPolicyName', 'Path', 'Roles'],
    withoutEffect: { Description: 'words for people' },
    create: async (resource) => {
      const properties = resource.properties as unknown as PolicyProperties;
      const name = properties.ManagedPolicyName ?? physicalName(resource, 128);
      const arn = `arn:aws:iam::${resource.stack.accountId}:policy${properties.Path ?? '/'}${name}`;
      directory.putPolicy({ id: arn, document: properties.PolicyDocument, roleNames: properties.Roles ?? [] });
      return { ref: arn, attributes: { PolicyArn: arn } };
    },
  };
}
