// Secrets themselves: create, describe, list, delete, restore, tag.
import type {
  CreateSecretCommandInput,
  CreateSecretResponse,
  DeleteSecretCommandInput,
  DeleteSecretResponse,
  DescribeSecretCommandInput,
  DescribeSecretResponse,
  ListSecretsCommandInput,
  ListSecretsResponse,
  ReplicateSecretToRegionsCommandInput,
  RestoreSecretCommandInput,
  RestoreSecretResponse,
  SecretListEntry,
  TagResourceCommandInput,
  UntagResourceCommandInput,
  UpdateSecretCommandInput,
  UpdateSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { listSecretPermissions } from './secret-permissions.ts';
import type { SecretTable, StoredSecret } from './secret-table.ts';
import { addVersion, listStages } from './secret-version.ts';
import { buildVersion } from './value-operations.ts';

const dayMilliseconds = 86_400_000;
const defaultRecoveryDays = 30;
const shortestRecoveryDays = 7;
const defaultPage = 100;

export function createSecretOperations(
  context: RuntimeContext,
  secrets: SecretTable,
): Readonly<Record<string, Operation>> {
  const identify = (secret: StoredSecret, region: string) => ({
    ARN: secrets.arnOf(region, secret.name),
    Name: secret.name,
  });

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
      return { ...identify(secret, region), ...(version !== undefined && { VersionId: version.id }) };
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
      return { ...identify(secret, region), ...(version !== undefined && { VersionId: version.id }) };
    },
  };

  const describeSecret: Operation = {
    authorize: ({ SecretId }: DescribeSecretCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'DescribeSecret', secretId: SecretId, region }),
    handle: ({ SecretId = '' }: DescribeSecretCommandInput, { region }: CallContext): DescribeSecretResponse => {
      const secret = secrets.get(region, SecretId);
      return { ...describe(secret, region), VersionIdsToStages: listStages(secret.versions) };
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
      const { ARN, ReplicationStatus } = describe(replicated, region);
      return { ARN, ReplicationStatus };
    },
  };

  function describe(secret: StoredSecret, region: string) {
    const keyId = secrets.keyIdOf(secret, region);
    return {
      ...identify(secret, region),
      ...(secret.description !== undefined && { Description: secret.description }),
      ...(keyId !== undefined && { KmsKeyId: keyId }),
      CreatedDate: new Date(secret.createdAt),
      LastChangedDate: new Date(secret.changedAt),
      ...(secret.deletedAt !== undefined && { DeletedDate: new Date(secret.deletedAt) }),
      Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
      ...(secret.replicas.length > 0 && {
        PrimaryRegion: secret.region,
        ReplicationStatus: secret.replicas.map((replica) => ({ Region: replica.region, Status: 'InSync' as const })),
      }),
    };
  }

  const listSecrets: Operation = {
    authorize: () => [{ action: 'secretsmanager:ListSecrets', resource: '*' }],
    handle: (input: ListSecretsCommandInput, { region }: CallContext): ListSecretsResponse => {
      const all = secrets
        .list(region)
        .filter((secret) => input.IncludePlannedDeletion === true || secret.deleteAt === undefined)
        .filter((secret) => matchesFilters(secret, input.Filters));
      const start = Number(input.NextToken ?? 0);
      const end = start + (input.MaxResults ?? defaultPage);
      const entries = all.slice(start, end).map(
        (secret): SecretListEntry => ({
          ...describe(secret, region),
          SecretVersionsToStages: listStages(secret.versions),
        }),
      );
      return { SecretList: entries, ...(end < all.length && { NextToken: String(end) }) };
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
      return { ...identify(secret, region), DeletionDate: new Date(deleteAt) };
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
      return identify(secret, region);
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
    DescribeSecret: describeSecret,
    ReplicateSecretToRegions: replicateSecretToRegions,
    ListSecrets: listSecrets,
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

function matchesFilters(secret: StoredSecret, filters: ListSecretsCommandInput['Filters'] = []): boolean {
  return filters.every(({ Key, Values = [] }) => {
    const texts: Record<string, readonly string[]> = {
      name: [secret.name],
      description: [secret.description ?? ''],
      'tag-key': Object.keys(secret.tags),
      'tag-value': Object.values(secret.tags),
      'primary-region': [secret.region],
    };
    const candidates = Key === 'all' ? Object.values(texts).flat() : (texts[Key ?? ''] ?? []);
    return Values.some((value) => {
      const negated = value.startsWith('!');
      return candidates.some((text) => text.startsWith(negated ? value.slice(1) : value)) !== negated;
    });
  });
}
