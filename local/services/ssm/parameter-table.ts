// Parameters and their versions, by region and name.
import type { Parameter, ParameterType } from '@aws-sdk/client-ssm';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError } from '../../runtime/service.ts';
import type { Table } from '../../storage/store.ts';

/** Parameter Store keeps this many versions of a parameter. */
const versionLimit = 100;
export const standardTierLimit = 4_096;
export const advancedTierLimit = 8_192;

export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly labels: readonly string[];
}

export interface StoredParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly dataType: string;
  readonly description?: string;
  readonly allowedPattern?: string;
  readonly keyId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Newest last. */
  readonly versions: readonly ParameterVersion[];
  /** The value that a template last set: an operator's later value stays until the template's changes. */
  readonly templateValue?: string;
}

/** A name as callers write it, `name[:version-or-label]`, or the ARN of one. */
export interface ParameterReference {
  readonly name: string;
  readonly selector: string | undefined;
}

export class ParameterTable {
  readonly #table: Table<StoredParameter>;
  readonly #accountId: string;

  constructor(context: RuntimeContext) {
    this.#table = context.store.table('ssm/parameters');
    this.#accountId = context.accountId;
  }

  find(region: string, name: string): StoredParameter | undefined {
    return this.#table.get(`${region}:${name}`);
  }

  get(region: string, name: string): StoredParameter {
    const parameter = this.find(region, name);
    if (parameter === undefined) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
    return parameter;
  }

  put(region: string, parameter: StoredParameter): void {
    this.#table.put(`${region}:${parameter.name}`, { ...parameter, versions: parameter.versions.slice(-versionLimit) });
  }

  delete(region: string, name: string): void {
    this.#table.delete(`${region}:${name}`);
  }

  /** In order of their names. */
  list(region: string, namePrefix = ''): StoredParameter[] {
    const keys = this.#table.keysWithPrefix(`${region}:${namePrefix}`);
    return keys.flatMap((key) => this.#table.get(key) ?? []);
  }

  arnOf(region: string, name: string): string {
    return `arn:aws:ssm:${region}:${this.#accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
  }
}

/** The name and selector in what a caller wrote. */
export function parseReference(text: string): ParameterReference {
  const [, name = text] = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.*)$/.exec(text) ?? [];
  // An ARN cannot tell `name` from `/name`: names without further slashes are taken as written without one.
  const plain = name !== text && name.lastIndexOf('/') === 0 ? name.slice(1) : name;
  const [base = '', selector] = plain.split(':', 2);
  return { name: base, selector };
}

/** The version that a selector means, the newest without one. */
export function getVersion(parameter: StoredParameter, selector: string | undefined): ParameterVersion {
  const version =
    selector === undefined
      ? parameter.versions.at(-1)
      : parameter.versions.find((each) => String(each.version) === selector || each.labels.includes(selector));
  if (version === undefined) {
    throw new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${selector} of ${parameter.name}. Verify the version and try again.`,
    );
  }
  return version;
}

/** A parameter as `GetParameter` answers it. */
export function describeParameter(
  parameter: StoredParameter,
  version: ParameterVersion,
  arn: string,
  decrypt: boolean,
): Parameter {
  const isHidden = parameter.type === 'SecureString' && !decrypt;
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: isHidden ? Buffer.from(`encrypted:${parameter.name}:${version.version}`).toString('base64') : version.value,
    Version: version.version,
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: arn,
    DataType: parameter.dataType,
  };
}
