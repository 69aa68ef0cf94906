// Brings a whole assembly to life: checks it first, then stack after stack, and remembers what came of each.
import type { RuntimeContext } from '../runtime/context.ts';
import type { ResourceProvider } from '../runtime/resource.ts';
import type { Principal } from '../runtime/service.ts';
import { type CrossRegionExports, createCdkCustomResources } from './cdk-custom-resources.ts';
import { findUnsupported, rejectUnsupported } from './check-support.ts';
import { type DeployedStack, deployStack, NESTED_STACK_TYPE, readNestedStack } from './deploy-stack.ts';
import type { AssemblyStack } from './read-assembly.ts';
import type { DynamicSources } from './resolve-dynamic-references.ts';
import { getParameterValues } from './stack-parameters.ts';
import { STACK_TABLE, type StackRecord } from './stack-record.ts';
import { createStackScope, isActive } from './stack-scope.ts';
import type { Template } from './template.ts';

export interface DeployOptions {
  readonly context: RuntimeContext;
  readonly stacks: readonly AssemblyStack[];
  findProvider(type: string): ResourceProvider | undefined;
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Creates every resource, or finds it again. Rejects before anything is created when a type or property is not
 * supported, with one error that names all of them.
 */
export async function deployAssembly({ context, stacks, findProvider, parameters = {} }: DeployOptions): Promise<void> {
  const crossRegionExports: CrossRegionExports = new Map();
  const exports = new Map<string, string>();
  const custom = new Map(createCdkCustomResources(context, crossRegionExports).map((one) => [one.type, one]));
  const findAnyProvider = (type: string) => custom.get(type) ?? findProvider(type);
  rejectUnsupported(stacks.flatMap((stack) => findOffences(stack, parameters, findAnyProvider)));

  const deployer = {
    parameters,
    findProvider: findAnyProvider,
    dynamicSources: (region: string) => createDynamicSources(context, crossRegionExports, region),
    getExport(region: string, name: string) {
      const value = exports.get(`${region}/${name}`);
      if (value === undefined) throw new Error(`no stack in ${region} exports "${name}"`);
      return value;
    },
    onNestedStack: (stack: AssemblyStack, deployed: DeployedStack) => remember(context, stack, deployed),
  };
  for (const stack of stacks) {
    const deployed = await deployStack(stack, deployer);
    for (const { exportName, value } of deployed.outputs) {
      if (exportName !== undefined) exports.set(`${stack.region}/${exportName}`, value);
    }
    remember(context, stack, deployed);
  }
  await context.store.flush();
}

function findOffences(
  stack: AssemblyStack,
  parameters: Readonly<Record<string, string>>,
  findProvider: (type: string) => ResourceProvider | undefined,
): string[] {
  const { template } = stack;
  const scope = createStackScope(stack, getParameterValues(stack, parameters), new Map(), () => undefined);
  const isActiveResource = (logicalId: string) => isActive(template.Resources?.[logicalId], scope);
  const nestedStacks = Object.entries(template.Resources ?? {}).filter(
    ([logicalId, { Type: type }]) => type === NESTED_STACK_TYPE && isActiveResource(logicalId),
  );
  const nestedOffences = nestedStacks.flatMap(([logicalId, resource]) => {
    const nested = readNestedStack(stack, logicalId, resource);
    return findOffences(nested, fillParameters(nested.template), findProvider);
  });
  const withNested = (type: string) => (type === NESTED_STACK_TYPE ? NESTED_STACK_PROVIDER : findProvider(type));
  return [
    ...findUnsupported(stack.name, template, { findProvider: withNested, isActive: isActiveResource }),
    ...nestedOffences,
  ];
}

/** Only says which properties of a nested stack count; creating one is the deployment's own work. */
const NESTED_STACK_PROVIDER: ResourceProvider = {
  type: NESTED_STACK_TYPE,
  properties: ['TemplateURL', 'Parameters'],
  withoutEffect: {
    Tags: 'nothing is billed or found by tag',
    TimeoutInMinutes: 'creation takes no time',
    NotificationARNs: 'nobody is told of creation',
  },
  create: () => Promise.reject(new Error('nested stacks are deployed with their parents')),
};

/** What a parent passes down is known only later; until then any value will do. */
function fillParameters(template: Template): Record<string, string> {
  return Object.fromEntries(Object.keys(template.Parameters ?? {}).map((name) => [name, '']));
}

function remember(context: RuntimeContext, stack: AssemblyStack, deployed: DeployedStack): void {
  const table = context.store.table<StackRecord>(STACK_TABLE);
  const key = `${stack.region}/${stack.name}`;
  const { name, region, accountId } = stack;
  const now = context.clock.now();
  table.put(key, { name, region, accountId, createdAt: table.get(key)?.createdAt ?? now, updatedAt: now, ...deployed });
}

function createDynamicSources(context: RuntimeContext, exports: CrossRegionExports, region: string): DynamicSources {
  const { accountId } = context;
  const principal: Principal = { kind: 'operator', arn: `arn:aws:iam::${accountId}:root`, accountId };
  return {
    async getParameter(name, version) {
      const exported = exports.get(region + name);
      if (exported !== undefined) return exported;
      const input = { Name: version ? `${name}:${version}` : name, WithDecryption: true };
      const call = { service: 'ssm', operation: 'GetParameter', input, principal, region };
      const { Parameter: parameter } = await context.call<{ Parameter?: { Value?: string } }>(call);
      return parameter?.Value ?? '';
    },
    async getSecret({ id, jsonKey, versionStage, versionId }) {
      const input = {
        SecretId: id,
        ...(versionStage && { VersionStage: versionStage }),
        ...(versionId && { VersionId: versionId }),
      };
      const call = { service: 'secretsmanager', operation: 'GetSecretValue', input, principal, region };
      const { SecretString: text = '' } = await context.call<{ SecretString?: string }>(call);
      return jsonKey ? String((JSON.parse(text) as Record<string, unknown>)[jsonKey] ?? '') : text;
    },
  };
}
