// Reading and writing values. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
import { randomUUID } from 'node:crypto';
import type {
  GetRandomPasswordCommandInput,
  GetRandomPasswordResponse,
  GetSecretValueCommandInput,
  GetSecretValueResponse,
  ListSecretVersionIdsCommandInput,
  ListSecretVersionIdsResponse,
  PutSecretValueCommandInput,
  PutSecretValueResponse,
  UpdateSecretVersionStageCommandInput,
  UpdateSecretVersionStageResponse,
} from '@aws-sdk/client-secrets-manager';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { generatePassword } from './generate-password.ts';
import { listSecretPermissions } from './secret-permissions.ts';
import type { SecretTable } from './secret-table.ts';
import { addVersion, currentStage, getVersion, moveStage, type SecretVersion } from './secret-version.ts';

const valueLimitBytes = 65_536;

export function createValueOperations(
  context: RuntimeContext,
  secrets: SecretTable,
): Readonly<Record<string, Operation>> {
  const getSecretValue: Operation = {
    authorize: ({ SecretId, VersionStage }: GetSecretValueCommandInput, { region }: CallContext) =>
      listSecretPermissions(
        secrets,
        { action: 'GetSecretValue', secretId: SecretId, region, versionStage: VersionStage ?? currentStage },
        ['kms:Decrypt'],
      ),
    handle: (input: GetSecretValueCommandInput, { region }: CallContext): GetSecretValueResponse => {
      const secret = secrets.getLive(region, input.SecretId ?? '');
      const version = getVersion(secret.versions, input.VersionId, input.VersionStage);
      return {
        ARN: secrets.arnOf(region, secret.name),
        Name: secret.name,
        VersionId: version.id,
        ...(version.string !== undefined && { SecretString: version.string }),
        ...(version.binary !== undefined && { SecretBinary: Buffer.from(version.binary, 'base64') }),
        VersionStages: [...version.stages],
        CreatedDate: new Date(version.createdAt),
      };
    },
  };

  const putSecretValue: Operation = {
    authorize: ({ SecretId }: PutSecretValueCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'PutSecretValue', secretId: SecretId, region }, ['kms:GenerateDataKey']),
    handle: async (input: PutSecretValueCommandInput, { region }: CallContext): Promise<PutSecretValueResponse> => {
      const secret = secrets.getWritable(region, input.SecretId ?? '');
      const version = buildVersion(input, context.clock.now(), input.VersionStages);
      if (version === undefined) {
        throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
      }
      if (!isRepeated(secret.versions, version)) {
        const versions = addVersion(secret.versions, version);
        secrets.put({ ...secret, versions, changedAt: context.clock.now() });
        context.trace.record({
          service: 'secretsmanager',
          name: 'secret-value-put',
          subject: secret.name,
          details: { versionId: version.id, stages: version.stages },
        });
      }
      await context.store.flush();
      const stages = getVersion(secrets.get(region, secret.name).versions, version.id, undefined).stages;
      return {
        ARN: secrets.arnOf(region, secret.name),
        Name: secret.name,
        VersionId: version.id,
        VersionStages: [...stages],
      };
    },
  };

  const updateSecretVersionStage: Operation = {
    authorize: ({ SecretId, VersionStage }: UpdateSecretVersionStageCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, {
        action: 'UpdateSecretVersionStage',
        secretId: SecretId,
        region,
        versionStage: VersionStage,
      }),
    handle: async (
      input: UpdateSecretVersionStageCommandInput,
      { region }: CallContext,
    ): Promise<UpdateSecretVersionStageResponse> => {
      const secret = secrets.getWritable(region, input.SecretId ?? '');
      const { VersionStage = '', MoveToVersionId, RemoveFromVersionId } = input;
      checkStageMove(secret.versions, VersionStage, MoveToVersionId, RemoveFromVersionId);
      secrets.put({
        ...secret,
        versions: moveStage(secret.versions, VersionStage, MoveToVersionId),
        changedAt: context.clock.now(),
      });
      await context.store.flush();
      return { ARN: secrets.arnOf(region, secret.name), Name: secret.name };
    },
  };

  const listSecretVersionIds: Operation = {
    authorize: ({ SecretId }: ListSecretVersionIdsCommandInput, { region }: CallContext) =>
      listSecretPermissions(secrets, { action: 'ListSecretVersionIds', secretId: SecretId, region }),
    handle: (input: ListSecretVersionIdsCommandInput, { region }: CallContext): ListSecretVersionIdsResponse => {
      const secret = secrets.get(region, input.SecretId ?? '');
      const versions = secret.versions
        .filter((version) => input.IncludeDeprecated === true || version.stages.length > 0)
        .map((version) => ({
          VersionId: version.id,
          VersionStages: [...version.stages],
          CreatedDate: new Date(version.createdAt),
        }));
      return { ARN: secrets.arnOf(region, secret.name), Name: secret.name, Versions: versions };
    },
  };

  const getRandomPassword: Operation = {
    authorize: () => [{ action: 'secretsmanager:GetRandomPassword', resource: '*' }],
    handle: (input: GetRandomPasswordCommandInput): GetRandomPasswordResponse => ({
      RandomPassword: generatePassword(input),
    }),
  };

  return {
    GetSecretValue: getSecretValue,
    PutSecretValue: putSecretValue,
    UpdateSecretVersionStage: updateSecretVersionStage,
    ListSecretVersionIds: listSecretVersionIds,
    GetRandomPassword: getRandomPassword,
  };
}

interface SecretValue {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
  readonly ClientRequestToken?: string | undefined;
}

/** The version that a call asks for; undefined when it brings no value. Throws AwsError for a value that is too large. */
export function buildVersion(
  input: SecretValue,
  createdAt: number,
  stages: readonly string[] = [currentStage],
): SecretVersion | undefined {
  const { SecretString: string, SecretBinary: bytes } = input;
  if (string === undefined && bytes === undefined) return undefined;
  const size = string === undefined ? (bytes?.byteLength ?? 0) : Buffer.byteLength(string);
  if (size > valueLimitBytes) {
    throw new AwsError(
      'ValidationException',
      `Secret value must have length less than or equal to ${valueLimitBytes}.`,
    );
  }
  return {
    id: input.ClientRequestToken ?? randomUUID(),
    stages,
    ...(string !== undefined && { string }),
    ...(bytes !== undefined && string === undefined && { binary: Buffer.from(bytes).toString('base64') }),
    createdAt,
  };
}

/** Whether the token has stored this very value before. Throws AwsError when it has stored another one. */
function isRepeated(versions: readonly SecretVersion[], version: SecretVersion): boolean {
  const known = versions.find((each) => each.id === version.id);
  if (known === undefined) return false;
  if (known.string === version.string && known.binary === version.binary) return true;
  throw new AwsError(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${version.id} because that value is already in use for a version of the secret with a different value.`,
  );
}

function checkStageMove(versions: readonly SecretVersion[], stage: string, to?: string, from?: string): void {
  const holder = versions.find((each) => each.stages.includes(stage));
  if (to !== undefined) getVersion(versions, to, undefined);
  const isTaken = holder !== undefined && holder.id !== to;
  if (isTaken && from === undefined) {
    throw new AwsError(
      'InvalidParameterException',
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (from !== undefined && holder?.id !== from) {
    throw new AwsError('InvalidParameterException', `The staging label ${stage} isn't attached to version ${from}.`);
  }
  if (to === undefined && stage === currentStage) {
    throw new AwsError(
      'InvalidParameterException',
      `You can't remove the staging label ${currentStage}, only move it.`,
    );
  }
}
