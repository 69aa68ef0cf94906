// Changes to secrets themselves: create, update, replicate, delete, restore, tag.
import type {
  CreateSecretCommandInput,
  CreateSecretResponse,
  DeleteSecretCommandInput,
  DeleteSecretResponse,
  ReplicateSecretToRegionsCommandInput,
  RestoreSecretCommandInput,
  RestoreSecretResponse,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateSecretCommandInput,
  UpdateSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { listSecretPermissions } from './secret-permissions.ts';
import { describeSecret, identifySecret } from './secret-queries.ts';
import type { SecretTable, StoredSecret } from './secret-table.ts';
import { addVersion } from './secret-version.ts';
import { buildVersion } from './value-operations.ts';

const dayMilliseconds = 86_400_000;
const defaultRecoveryDays = 30;
const shortestRecoveryDays = 7;

export function createSecretOperations(
  context: RuntimeContext,
  secrets: SecretTable,
): Readonly<Record<string, Operation>> {
  async function store(secret: StoredSecret): Promise<void> {
    secrets.put(secret);
    await context.store.flush();
  }

  const createSecret: Operation = {
    authorize: (input: CreateSecretCommandInput, { region }: CallContext) => {
      const resource = secrets.arnOf(region, input.Name ?? '');
      const permission = {
        action: 'secretsmanager:CreateSecret',
        resource,
        context: { 'secretsmanager:Name': input.Name ?? '' },
      };
      const key = { keyId: input.KmsKeyId, service: 'secretsmanager', region };
      const actions = ['kms:GenerateDataKey', 'kms:Decrypt'] as const;
      return [
        permission,
        ...listEncryptionPermissions({ ...key, actions, encryptionContext: { SecretARN: resource } }),
      ];
    },
    handle: async (input: CreateSecretCommandInput, { region }: CallContext): Promise<CreateSecretResponse> => {
      const name = input.Name ?? '';
      checkName(name);
      refuseTaken(secrets.find(region, name));
      const now = context.clock.now();
      const version = buildVersion(input, now);
      const secret: StoredSecret = {
        name,
        region,
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.KmsKeyId !== undefined && { keyId: input.KmsKeyId }),
        tags: Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
        createdAt: now,
        changedAt: now,
        versions: version === undefined ? [] : addVersion([], version),
        replicas: (input.AddReplicaRegions ?? []).map(({ Region = '', KmsKeyId }) => ({
          region: Region,
          ...(KmsKeyId !== undefined && { keyId: KmsKeyId }),
        })),
      };
      await store(secret);
      return { ...identifySecret(secrets, secret, region), ...(version !== undefined && { VersionId: version.id }) };
    },
  };

  const updateSecret: Operation = {
    authorize: ({ SecretId }: UpdateSecretCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'UpdateSecret', secretId: SecretId, region }, ['kms:GenerateDataKey']),
    handle: async (input: UpdateSecretCommandInput, { region }: CallContext): Promise<UpdateSecretResponse> => {
      const secret = secrets.getWritable(region, input.SecretId ?? '');
      const now = context.clock.now();
      const version = buildVersion(input, now);
      await store({
        ...secret,
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.KmsKeyId !== undefined && { keyId: input.KmsKeyId }),
        ...(version !== undefined && { versions: addVersion(secret.versions, version) }),
        changedAt: now,
      });
      return { ...identifySecret(secrets, secret, region), ...(version !== undefined && { VersionId: version.id }) };
    },
  };

  const replicateSecretToRegions: Operation = {
    authorize: ({ SecretId }: ReplicateSecretToRegionsCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'ReplicateSecretToRegions', secretId: SecretId, region }, [
        'kms:Decrypt',
      ]),
    async handle(input: ReplicateSecretToRegionsCommandInput, { region }: CallContext) {
      const secret = secrets.getWritable(region, input.SecretId ?? '');
      const added = (input.AddReplicaRegions ?? []).map(({ Region = '', KmsKeyId }) => ({
        region: Region,
        ...(KmsKeyId !== undefined && { keyId: KmsKeyId }),
      }));
      const kept = secret.replicas.filter((replica) => !added.some((each) => each.region === replica.region));
      const replicated: StoredSecret = { ...secret, replicas: [...kept, ...added] };
      await store(replicated);
      const { ARN, ReplicationStatus } = describeSecret(secrets, replicated, region);
      return { ARN, ReplicationStatus };
    },
  };

  const deleteSecret: Operation = {
    authorize: ({ SecretId }: DeleteSecretCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'DeleteSecret', secretId: SecretId, region }),
    handle: async (input: DeleteSecretCommandInput, { region }: CallContext): Promise<DeleteSecretResponse> => {
      const secret = secrets.getWritable(region, input.SecretId ?? '');
      const now = context.clock.now();
      const deleteAt =
        input.ForceDeleteWithoutRecovery === true ? now : now + parseRecoveryDays(input) * dayMilliseconds;
      if (deleteAt === now) secrets.delete(secret);
      else {
        const marked = { ...secret, deletedAt: now, deleteAt };
        secrets.put(marked);
        secrets.scheduleDeletion(marked);
      }
      await context.store.flush();
      return { ...identifySecret(secrets, secret, region), DeletionDate: new Date(deleteAt) };
    },
  };

  const restoreSecret: Operation = {
    authorize: ({ SecretId }: RestoreSecretCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'RestoreSecret', secretId: SecretId, region }),
    handle: async (
      { SecretId = '' }: RestoreSecretCommandInput,
      { region }: CallContext,
    ): Promise<RestoreSecretResponse> => {
      const { deleteAt: _deleteAt, deletedAt: _deletedAt, ...secret } = secrets.get(region, SecretId);
      secrets.scheduleDeletion(secret);
      await store(secret);
      return identifySecret(secrets, secret, region);
    },
  };

  const tagResource: Operation = {
    authorize: ({ SecretId }: TagResourceCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'TagResource', secretId: SecretId, region }),
    handle: async ({ SecretId = '', Tags = [] }: TagResourceCommandInput, { region }: CallContext) => {
      const secret = secrets.getWritable(region, SecretId);
      const added = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      await store({ ...secret, tags: { ...secret.tags, ...added } });
      return {};
    },
  };

  const untagResource: Operation = {
    authorize: ({ SecretId }: UntagResourceCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'UntagResource', secretId: SecretId, region }),
    handle: async ({ SecretId = '', TagKeys = [] }: UntagResourceCommandInput, { region }: CallContext) => {
      const secret = secrets.getWritable(region, SecretId);
      const kept = Object.entries(secret.tags).filter(([key]) => !TagKeys.includes(key));
      await store({ ...secret, tags: Object.fromEntries(kept) });
      return {};
    },
  };

  return {
    CreateSecret: createSecret,
    UpdateSecret: updateSecret,
    ReplicateSecretToRegions: replicateSecretToRegions,
    DeleteSecret: deleteSecret,
    RestoreSecret: restoreSecret,
    TagResource: tagResource,
    UntagResource: untagResource,
  };
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) return;
  throw new AwsError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

function refuseTaken(secret: StoredSecret | undefined): void {
  if (secret === undefined) return;
  if (secret.deleteAt !== undefined) {
    throw new AwsError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  throw new AwsError(
    'ResourceExistsException',
    `The operation failed because the secret ${secret.name} already exists.`,
  );
}

function parseRecoveryDays({ RecoveryWindowInDays: days = defaultRecoveryDays }: DeleteSecretCommandInput): number {
  if (days >= shortestRecoveryDays && days <= defaultRecoveryDays) return days;
  throw new AwsError(
    'InvalidParameterException',
    `The RecoveryWindowInDays value must be between ${shortestRecoveryDays} and ${defaultRecoveryDays} days (inclusive).`,
  );
}
