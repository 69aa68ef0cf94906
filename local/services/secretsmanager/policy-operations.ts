// The policy of a secret.
import type {
  DeleteResourcePolicyCommandInput,
  DeleteResourcePolicyResponse,
  GetResourcePolicyCommandInput,
  GetResourcePolicyResponse,
  PutResourcePolicyCommandInput,
  PutResourcePolicyResponse,
} from '@aws-sdk/client-secrets-manager';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type PolicyDocument } from '../../runtime/service.ts';
import { listSecretPermissions } from './secret-permissions.ts';
import type { SecretTable } from './secret-table.ts';

export function createPolicyOperations(
  context: RuntimeContext,
  secrets: SecretTable,
): Readonly<Record<string, Operation>> {
  return {
    PutResourcePolicy: {
      authorize: ({ SecretId }: PutResourcePolicyCommandInput, { region }: CallContext) =>
        listSecretPermissions(secrets, { action: 'PutResourcePolicy', secretId: SecretId, region }),
      handle: async (
        { SecretId = '', ResourcePolicy = '' }: PutResourcePolicyCommandInput,
        { region }: CallContext,
      ): Promise<PutResourcePolicyResponse> => {
        const secret = secrets.getWritable(region, SecretId);
        secrets.put({ ...secret, resourcePolicy: parsePolicy(ResourcePolicy) });
        await context.store.flush();
        return { ARN: secrets.arnOf(region, secret.name), Name: secret.name };
      },
    },
    GetResourcePolicy: {
      authorize: ({ SecretId }: GetResourcePolicyCommandInput, { region }: CallContext) =>
        listSecretPermissions(secrets, { action: 'GetResourcePolicy', secretId: SecretId, region }),
      handle: (
        { SecretId = '' }: GetResourcePolicyCommandInput,
        { region }: CallContext,
      ): GetResourcePolicyResponse => {
        const { name, resourcePolicy } = secrets.get(region, SecretId);
        return {
          ARN: secrets.arnOf(region, name),
          Name: name,
          ...(resourcePolicy !== undefined && { ResourcePolicy: JSON.stringify(resourcePolicy) }),
        };
      },
    },
    DeleteResourcePolicy: {
      authorize: ({ SecretId }: DeleteResourcePolicyCommandInput, { region }: CallContext) =>
        listSecretPermissions(secrets, { action: 'DeleteResourcePolicy', secretId: SecretId, region }),
      handle: async (
        { SecretId = '' }: DeleteResourcePolicyCommandInput,
        { region }: CallContext,
      ): Promise<DeleteResourcePolicyResponse> => {
        const { resourcePolicy: _resourcePolicy, ...secret } = secrets.getWritable(region, SecretId);
        secrets.put(secret);
        await context.store.flush();
        return { ARN: secrets.arnOf(region, secret.name), Name: secret.name };
      },
    },
  };
}

function parsePolicy(text: string): PolicyDocument {
  try {
    return JSON.parse(text) as PolicyDocument;
  } catch (cause) {
    throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains invalid JSON.', { cause });
  }
}
