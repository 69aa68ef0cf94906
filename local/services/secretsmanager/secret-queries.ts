// What is told of secrets, without their values: one of them, or a list.
import type {
  DescribeSecretCommandInput,
  DescribeSecretResponse,
  ListSecretsCommandInput,
  ListSecretsResponse,
  SecretListEntry,
} from '@aws-sdk/client-secrets-manager';
import type { CallContext, Operation } from '../../runtime/service.ts';
import { listSecretPermissions } from './secret-permissions.ts';
import type { SecretTable, StoredSecret } from './secret-table.ts';
import { listStages } from './secret-version.ts';

const defaultPage = 100;

export function createSecretQueries(secrets: SecretTable): Readonly<Record<string, Operation>> {
  const describeOne: Operation = {
    authorize: ({ SecretId }: DescribeSecretCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'DescribeSecret', secretId: SecretId, region }),
    handle: ({ SecretId = '' }: DescribeSecretCommandInput, { region }: CallContext): DescribeSecretResponse => {
      const secret = secrets.get(region, SecretId);
      return { ...describeSecret(secrets, secret, region), VersionIdsToStages: listStages(secret.versions) };
    },
  };

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
          ...describeSecret(secrets, secret, region),
          SecretVersionsToStages: listStages(secret.versions),
        }),
      );
      return { SecretList: entries, ...(end < all.length && { NextToken: String(end) }) };
    },
  };

  return { DescribeSecret: describeOne, ListSecrets: listSecrets };
}

/** How answers name a secret. */
export const identifySecret = (secrets: SecretTable, { name }: StoredSecret, region: string) => ({
  ARN: secrets.arnOf(region, name),
  Name: name,
});

/** As `DescribeSecret` and `ListSecrets` have in common. */
export function describeSecret(secrets: SecretTable, secret: StoredSecret, region: string) {
  const keyId = secrets.keyIdOf(secret, region);
  return {
    ...identifySecret(secrets, secret, region),
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
