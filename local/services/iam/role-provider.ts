// AWS::IAM::Role. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
import { createHash } from 'node:crypto';
import type { RoleDirectory } from '../../identity/role-directory.ts';
import { physicalName, type ResourceProvider } from '../../runtime/resource.ts';
import type { PolicyDocument } from '../../runtime/service.ts';

interface RoleProperties {
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly RoleName?: string;
  readonly Path?: string;
  readonly Policies?: readonly { readonly PolicyName: string; readonly PolicyDocument: PolicyDocument }[];
  readonly ManagedPolicyArns?: readonly string[];
  readonly PermissionsBoundary?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

export function createRoleProvider(directory: RoleDirectory): ResourceProvider {
  return {
    type: 'AWS::IAM::Role',
    properties: [
      'AssumeRolePolicyDocument',
      'RoleName',
      'Path',
      'Policies',
      'ManagedPolicyArns',
      'PermissionsBoundary',
      'Tags',
    ],
    withoutEffect: {
      Description: 'words for people',
      MaxSessionDuration: 'sessions are as long as AssumeRole asks for',
    },
    create: async (resource) => {
      const properties = resource.properties as unknown as RoleProperties;
      const name = properties.RoleName ?? physicalName(resource);
      const arn = `arn:aws:iam::${resource.stack.accountId}:role${properties.Path ?? '/'}${name}`;
      const id = `AROA${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`;
      directory.putRole({
        name,
        arn,
        id,
        trustPolicy: properties.AssumeRolePolicyDocument,
        inlinePolicies: Object.fromEntries(
          (properties.Policies ?? []).map((policy) => [policy.PolicyName, policy.PolicyDocument]),
        ),
        managedPolicyArns: properties.ManagedPolicyArns ?? [],
        boundaryArn: properties.PermissionsBoundary,
        tags: Object.fromEntries((properties.Tags ?? []).map((tag) => [tag.Key, tag.Value])),
      });
      return { ref: name, attributes: { Arn: arn, RoleId: id } };
    },
  };
}
