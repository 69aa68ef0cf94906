// All functions of the assembly with what hangs on them: permissions, aliases and asynchronous settings, by region and name.
import { AwsError, type PolicyDocument, type PolicyStatement } from '../../runtime/service.ts';
import {
  DEFAULT_EVENT_INVOKE_CONFIGURATION,
  type EventInvokeConfiguration,
  type FunctionConfiguration,
} from './function-configuration.ts';
import { type FunctionReference, parseFunctionName } from './function-name.ts';

/** A function as a call names it: which settings apply, and the ARN that the caller invoked. */
export interface ResolvedFunction {
  readonly configuration: FunctionConfiguration;
  readonly invokedArn: string;
  /** `$LATEST` or the version. */
  readonly version: string;
  readonly qualifier?: string;
}

export class FunctionRegistry {
  readonly #functions = new Map<string, FunctionConfiguration>();
  readonly #versions = new Map<string, number>();
  /** Alias → version, by `<function ARN>:<alias>`. */
  readonly #aliases = new Map<string, string>();
  readonly #eventInvokeConfigurations = new Map<string, EventInvokeConfiguration>();
  readonly #statements = new Map<string, Map<string, PolicyStatement>>();

  add(configuration: FunctionConfiguration): void {
    this.#functions.set(`${configuration.region}/${configuration.name}`, configuration);
  }

  list(region: string): FunctionConfiguration[] {
    return [...this.#functions.values()].filter((configuration) => configuration.region === region);
  }

  find(region: string, reference: FunctionReference): ResolvedFunction | undefined {
    const configuration = this.#functions.get(`${region}/${reference.name}`);
    if (!configuration) return undefined;
    const { qualifier } = reference;
    if (!qualifier) return { configuration, invokedArn: configuration.arn, version: '$LATEST' };
    const invokedArn = `${configuration.arn}:${qualifier}`;
    const version = /^\d+$/.test(qualifier) ? qualifier : this.#aliases.get(invokedArn);
    if (!version || Number(version) > (this.#versions.get(configuration.arn) ?? 0)) return undefined;
    return { configuration, invokedArn, version, qualifier };
  }

  /** Throws ResourceNotFoundException in Lambda's words. */
  get(region: string, accountId: string, functionName: string | undefined, qualifier?: string): ResolvedFunction {
    const reference = parseFunctionName(functionName, qualifier);
    const found = this.find(region, reference);
    if (found) return found;
    const suffix = reference.qualifier ? `:${reference.qualifier}` : '';
    throw new AwsError(
      'ResourceNotFoundException',
      `Function not found: arn:aws:lambda:${region}:${accountId}:function:${reference.name}${suffix}`,
      { status: 404, details: { Type: 'User' } },
    );
  }

  /** The function of an ARN, whatever its qualifier. */
  findByArn(arn: string): ResolvedFunction | undefined {
    return this.find(arn.split(':')[3] ?? '', parseFunctionName(arn));
  }

  /** Versions share the one code that the assembly holds; publishing only hands out the next number. */
  publishVersion(functionArn: string): string {
    const version = (this.#versions.get(functionArn) ?? 0) + 1;
    this.#versions.set(functionArn, version);
    return String(version);
  }

  addAlias(functionArn: string, alias: string, version: string): void {
    this.#aliases.set(`${functionArn}:${alias}`, version);
  }

  setEventInvokeConfiguration(arn: string, configuration: EventInvokeConfiguration): void {
    this.#eventInvokeConfigurations.set(arn, configuration);
  }

  getEventInvokeConfiguration(resolved: ResolvedFunction): EventInvokeConfiguration {
    return (
      this.#eventInvokeConfigurations.get(resolved.invokedArn) ??
      (resolved.qualifier ? undefined : this.#eventInvokeConfigurations.get(`${resolved.configuration.arn}:$LATEST`)) ??
      DEFAULT_EVENT_INVOKE_CONFIGURATION
    );
  }

  addStatement(resourceArn: string, statement: PolicyStatement & { readonly Sid: string }): void {
    const statements = this.#statements.get(resourceArn) ?? new Map<string, PolicyStatement>();
    statements.set(statement.Sid, statement);
    this.#statements.set(resourceArn, statements);
  }

  /** The resource policy of a function, version or alias; undefined when nothing was granted. */
  findPolicy(resourceArn: string): PolicyDocument | undefined {
    const statements = this.#statements.get(resourceArn);
    return statements && { Version: '2012-10-17', Statement: [...statements.values()] };
  }
}
