// Writing parameters. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
import type {
  AddTagsToResourceCommandInput,
  DeleteParameterCommandInput,
  DeleteParametersCommandInput,
  DeleteParametersResult,
  LabelParameterVersionCommandInput,
  LabelParameterVersionResult,
  ListTagsForResourceCommandInput,
  ListTagsForResourceResult,
  PutParameterCommandInput,
  PutParameterResult,
} from '@aws-sdk/client-ssm';
import { listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import { checkParameter } from './check-parameter.ts';
import { getVersion, type ParameterTable, parseReference, type StoredParameter } from './parameter-table.ts';

export function createWriteOperations(
  context: RuntimeContext,
  parameters: ParameterTable,
): Readonly<Record<string, Operation>> {
  const permission = (action: string, name: string | undefined, region: string): Permission => ({
    action: `ssm:${action}`,
    resource: parameters.arnOf(region, parseReference(name ?? '').name),
  });

  async function announce(operation: string, parameter: StoredParameter, region: string): Promise<void> {
    const { name, type, description = '' } = parameter;
    const event = { source: 'aws.ssm', detailType: 'Parameter Store Change', region };
    const resources = [parameters.arnOf(region, name)];
    await context.publishAwsEvent({ ...event, resources, detail: { operation, name, type, description } });
  }

  async function remove(name: string, region: string): Promise<void> {
    const parameter = parameters.get(region, name);
    parameters.delete(region, name);
    await context.store.flush();
    await announce('Delete', parameter, region);
  }

  const putParameter: Operation = {
    authorize: (input: PutParameterCommandInput, { region }: CallContext) => {
      const put = permission('PutParameter', input.Name, region);
      const keyId = input.Type === 'SecureString' ? input.KeyId : undefined;
      const encryptionContext = { PARAMETER_ARN: put.resource };
      return [
        put,
        ...listEncryptionPermissions({ keyId, actions: ['kms:Encrypt'], service: 'ssm', region, encryptionContext }),
      ];
    },
    handle: async (input: PutParameterCommandInput, call: CallContext): Promise<PutParameterResult> => {
      const { name } = parseReference(input.Name ?? '');
      const previous = parameters.find(call.region, name);
      if (previous !== undefined && input.Overwrite !== true) {
        throw new AwsError(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      }
      const next = buildParameter(input, name, previous, { at: context.clock.now(), by: call.principal.arn });
      parameters.put(call.region, next);
      await context.store.flush();
      await announce(previous === undefined ? 'Create' : 'Update', next, call.region);
      return { Version: getVersion(next, undefined).version, Tier: input.Tier ?? 'Standard' };
    },
  };

  const deleteParameter: Operation = {
    authorize: ({ Name }: DeleteParameterCommandInput, { region }: CallContext) => [
      permission('DeleteParameter', Name, region),
    ],
    handle: async ({ Name = '' }: DeleteParameterCommandInput, { region }: CallContext) => {
      await remove(parseReference(Name).name, region);
      return {};
    },
  };

  const deleteParameters: Operation = {
    authorize: ({ Names = [] }: DeleteParametersCommandInput, { region }: CallContext) =>
      Names.map((name) => permission('DeleteParameters', name, region)),
    handle: async (
      { Names = [] }: DeleteParametersCommandInput,
      { region }: CallContext,
    ): Promise<DeleteParametersResult> => {
      const isKnown = (name: string): boolean => parameters.find(region, name) !== undefined;
      const known = Names.filter(isKnown);
      const unknown = Names.filter((name) => !isKnown(name));
      for (const name of known) await remove(name, region);
      return { DeletedParameters: known, InvalidParameters: unknown };
    },
  };

  const labelParameterVersion: Operation = {
    authorize: ({ Name }: LabelParameterVersionCommandInput, { region }: CallContext) => [
      permission('LabelParameterVersion', Name, region),
    ],
    handle: async (
      input: LabelParameterVersionCommandInput,
      { region }: CallContext,
    ): Promise<LabelParameterVersionResult> => {
      const parameter = parameters.get(region, parseReference(input.Name ?? '').name);
      const selector = input.ParameterVersion === undefined ? undefined : String(input.ParameterVersion);
      const { version } = getVersion(parameter, selector);
      const labels = input.Labels ?? [];
      const versions = parameter.versions.map((each) => {
        const others = each.labels.filter((label) => !labels.includes(label));
        return { ...each, labels: each.version === version ? [...others, ...labels] : others };
      });
      parameters.put(region, { ...parameter, versions });
      await context.store.flush();
      return { InvalidLabels: [], ParameterVersion: version };
    },
  };

  const addTags: Operation = {
    authorize: ({ ResourceId }: AddTagsToResourceCommandInput, { region }: CallContext) => [
      permission('AddTagsToResource', ResourceId, region),
    ],
    handle: async ({ ResourceId = '', Tags = [] }: AddTagsToResourceCommandInput, { region }: CallContext) => {
      const parameter = parameters.get(region, ResourceId);
      const added = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      parameters.put(region, { ...parameter, tags: { ...parameter.tags, ...added } });
      await context.store.flush();
      return {};
    },
  };

  const listTags: Operation = {
    authorize: ({ ResourceId }: ListTagsForResourceCommandInput, { region }: CallContext) => [
      permission('ListTagsForResource', ResourceId, region),
    ],
    handle: (
      { ResourceId = '' }: ListTagsForResourceCommandInput,
      { region }: CallContext,
    ): ListTagsForResourceResult => ({
      TagList: Object.entries(parameters.get(region, ResourceId).tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  };

  return {
    PutParameter: putParameter,
    DeleteParameter: deleteParameter,
    DeleteParameters: deleteParameters,
    LabelParameterVersion: labelParameterVersion,
    AddTagsToResource: addTags,
    ListTagsForResource: listTags,
  };
}

function buildParameter(
  input: PutParameterCommandInput,
  name: string,
  previous: StoredParameter | undefined,
  modified: { at: number; by: string },
): StoredParameter {
  const type = input.Type ?? previous?.type;
  if (type === undefined) {
    throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
  }
  const value = input.Value ?? '';
  const allowedPattern = input.AllowedPattern ?? previous?.allowedPattern;
  checkParameter({ name, value, tier: input.Tier, allowedPattern });
  const description = input.Description ?? previous?.description;
  const keyId = type === 'SecureString' ? (input.KeyId ?? previous?.keyId ?? 'alias/aws/ssm') : undefined;
  const tags = Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  const last = previous?.versions.at(-1);
  const version = {
    version: (last?.version ?? 0) + 1,
    value,
    modifiedAt: modified.at,
    modifiedBy: modified.by,
    labels: [],
  };
  return {
    name,
    type,
    dataType: input.DataType ?? previous?.dataType ?? 'text',
    ...(description !== undefined && { description }),
    ...(allowedPattern !== undefined && { allowedPattern }),
    ...(keyId !== undefined && { keyId }),
    tags: { ...previous?.tags, ...tags },
    versions: [...(previous?.versions ?? []), version],
    ...(previous?.templateValue !== undefined && { templateValue: previous.templateValue }),
  };
}
