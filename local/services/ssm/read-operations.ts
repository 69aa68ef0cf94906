// Reading parameters. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
import type {
  DescribeParametersCommandInput,
  DescribeParametersResult,
  GetParameterCommandInput,
  GetParameterHistoryCommandInput,
  GetParameterHistoryResult,
  GetParameterResult,
  GetParametersByPathCommandInput,
  GetParametersByPathResult,
  GetParametersCommandInput,
  GetParametersResult,
  Parameter,
  ParameterStringFilter,
} from '@aws-sdk/client-ssm';
import { listEncryptionPermissions } from '../../identity/encryption-permission.ts';
import { AwsError, type CallContext, type Operation, type Permission } from '../../runtime/service.ts';
import {
  describeParameter,
  getVersion,
  type ParameterTable,
  parseReference,
  type StoredParameter,
} from './parameter-table.ts';

const defaultPathPage = 10;
const defaultPage = 50;

export function createReadOperations(parameters: ParameterTable): Readonly<Record<string, Operation>> {
  function permissionsToRead(action: string, names: readonly string[], decrypt: boolean, region: string): Permission[] {
    return names.flatMap((text) => {
      const { name } = parseReference(text);
      const arn = parameters.arnOf(region, name);
      const parameter = parameters.find(region, name);
      return [{ action, resource: arn }, ...(decrypt ? permissionsToDecrypt(parameter, arn, region) : [])];
    });
  }

  function permissionsToDecrypt(parameter: StoredParameter | undefined, arn: string, region: string): Permission[] {
    const keyId = parameter?.type === 'SecureString' ? parameter.keyId : undefined;
    const encryptionContext = { PARAMETER_ARN: arn };
    return listEncryptionPermissions({ keyId, actions: ['kms:Decrypt'], service: 'ssm', region, encryptionContext });
  }

  function read(text: string, region: string, decrypt = false): Parameter {
    const { name, selector } = parseReference(text);
    const parameter = parameters.get(region, name);
    const found = describeParameter(
      parameter,
      getVersion(parameter, selector),
      parameters.arnOf(region, name),
      decrypt,
    );
    return selector === undefined ? found : { ...found, Selector: `:${selector}` };
  }

  const getParameter: Operation = {
    authorize: ({ Name = '', WithDecryption = false }: GetParameterCommandInput, { region }: CallContext) =>
      permissionsToRead('ssm:GetParameter', [Name], WithDecryption, region),
    handle: ({ Name = '', WithDecryption }: GetParameterCommandInput, { region }: CallContext): GetParameterResult => ({
      Parameter: read(Name, region, WithDecryption),
    }),
  };

  const getParameters: Operation = {
    authorize: ({ Names = [], WithDecryption = false }: GetParametersCommandInput, { region }: CallContext) =>
      permissionsToRead('ssm:GetParameters', Names, WithDecryption, region),
    handle: (
      { Names = [], WithDecryption }: GetParametersCommandInput,
      { region }: CallContext,
    ): GetParametersResult => {
      if (Names.length > 10)
        throw new AwsError('ValidationException', 'Names must have length less than or equal to 10');
      const found: Parameter[] = [];
      const invalid: string[] = [];
      for (const name of Names) {
        try {
          found.push(read(name, region, WithDecryption));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          invalid.push(name);
        }
      }
      return { Parameters: found, InvalidParameters: invalid };
    },
  };

  const getParametersByPath: Operation = {
    authorize: ({ Path = '', WithDecryption }: GetParametersByPathCommandInput, { region }: CallContext) => [
      { action: 'ssm:GetParametersByPath', resource: parameters.arnOf(region, Path.replace(/(.)\/$/, '$1')) },
      ...(WithDecryption === true ? parameters.list(region, buildPathPrefix(Path)) : []).flatMap((parameter) =>
        permissionsToDecrypt(parameter, parameters.arnOf(region, parameter.name), region),
      ),
    ],
    handle: (input: GetParametersByPathCommandInput, { region }: CallContext): GetParametersByPathResult => {
      const prefix = buildPathPrefix(input.Path ?? '');
      const below = parameters
        .list(region, prefix)
        .filter(({ name }) => input.Recursive === true || !name.slice(prefix.length).includes('/'))
        .filter((parameter) => matchesFilters(parameter, input.ParameterFilters));
      const { page, NextToken } = cutPage(below, input.MaxResults ?? defaultPathPage, input.NextToken);
      return {
        Parameters: page.map(({ name }) => read(name, region, input.WithDecryption)),
        ...(NextToken && { NextToken }),
      };
    },
  };

  const describeParameters: Operation = {
    authorize: () => [{ action: 'ssm:DescribeParameters', resource: '*' }],
    handle: (input: DescribeParametersCommandInput, { region }: CallContext): DescribeParametersResult => {
      const matching = parameters
        .list(region)
        .filter((parameter) => matchesFilters(parameter, input.ParameterFilters))
        .filter((parameter) =>
          (input.Filters ?? []).every((filter) =>
            matchesFilters(parameter, [{ Key: filter.Key, Option: 'BeginsWith', Values: filter.Values }]),
          ),
        );
      const { page, NextToken } = cutPage(matching, input.MaxResults ?? defaultPage, input.NextToken);
      return {
        Parameters: page.map((parameter) => describeMetadata(parameter, region)),
        ...(NextToken && { NextToken }),
      };
    },
  };

  function describeMetadata(parameter: StoredParameter, region: string) {
    const version = getVersion(parameter, undefined);
    return {
      Name: parameter.name,
      ARN: parameters.arnOf(region, parameter.name),
      Type: parameter.type,
      KeyId: parameter.keyId,
      LastModifiedDate: new Date(version.modifiedAt),
      LastModifiedUser: version.modifiedBy,
      Description: parameter.description,
      AllowedPattern: parameter.allowedPattern,
      Version: version.version,
      Tier: 'Standard' as const,
      DataType: parameter.dataType,
    };
  }

  const getParameterHistory: Operation = {
    authorize: ({ Name = '', WithDecryption = false }: GetParameterHistoryCommandInput, { region }: CallContext) =>
      permissionsToRead('ssm:GetParameterHistory', [Name], WithDecryption, region),
    handle: (input: GetParameterHistoryCommandInput, { region }: CallContext): GetParameterHistoryResult => {
      const { name } = parseReference(input.Name ?? '');
      const parameter = parameters.get(region, name);
      const { page, NextToken } = cutPage(parameter.versions, input.MaxResults ?? defaultPage, input.NextToken);
      const history = page.map((version) => ({
        ...describeParameter(parameter, version, parameters.arnOf(region, name), input.WithDecryption ?? false),
        LastModifiedUser: version.modifiedBy,
        Labels: [...version.labels],
      }));
      return { Parameters: history, ...(NextToken && { NextToken }) };
    },
  };

  return {
    GetParameter: getParameter,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
    DescribeParameters: describeParameters,
    GetParameterHistory: getParameterHistory,
  };
}

function buildPathPrefix(path: string): string {
  if (!path.startsWith('/')) {
    throw new AwsError(
      'ValidationException',
      `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can't be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.`,
    );
  }
  return path.endsWith('/') ? path : `${path}/`;
}

function matchesFilters(parameter: StoredParameter, filters: readonly ParameterStringFilter[] = []): boolean {
  return filters.every(({ Key, Option = 'Equals', Values = [] }) => {
    const actual = findFilterValue(parameter, Key ?? '');
    if (actual === undefined) return false;
    if (Option === 'BeginsWith') return Values.some((value) => actual.startsWith(value));
    if (Option === 'Contains') return Values.some((value) => actual.includes(value));
    if (Key === 'Path') return Values.some((value) => actual.startsWith(value.endsWith('/') ? value : `${value}/`));
    return Values.length === 0 || Values.includes(actual);
  });
}

function findFilterValue(parameter: StoredParameter, key: string): string | undefined {
  if (key.startsWith('tag:')) return parameter.tags[key.slice('tag:'.length)];
  switch (key) {
    case 'Name':
    case 'Path':
      return parameter.name;
    case 'Type':
      return parameter.type;
    case 'KeyId':
      return parameter.keyId;
    default:
      throw new AwsError('InvalidFilterKey', `The filter key ${key} is not valid.`);
  }
}

function cutPage<T>(
  all: readonly T[],
  size: number,
  token: string | undefined,
): { page: readonly T[]; NextToken?: string } {
  const start = Number(token ?? 0);
  if (!Number.isInteger(start)) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const end = start + size;
  return { page: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
}
