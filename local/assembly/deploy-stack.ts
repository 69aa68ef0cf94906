// Brings the resources of one stack to life, each after those that it refers to.
import type { ResourceAttributes, ResourceProvider } from '../runtime/resource.ts';
import { findReplacedHandlers } from './cdk-custom-resources.ts';
import { isIgnored } from './check-support.ts';
import { evaluate, type TemplateScope } from './evaluate-template.ts';
import { findReferences } from './find-references.ts';
import { findTemplateAsset } from './find-template-asset.ts';
import { orderByDependencies } from './order-by-dependencies.ts';
import { type AssemblyStack, readTemplate } from './read-assembly.ts';
import { type DynamicSources, resolveDynamicReferences } from './resolve-dynamic-references.ts';
import { resolveParameters } from './stack-parameters.ts';
import type { StackOutputRecord, StackResourceRecord } from './stack-record.ts';
import { buildStackId, createStackScope, isActive } from './stack-scope.ts';
import type { TemplateResource } from './template.ts';

export const NESTED_STACK_TYPE = 'AWS::CloudFormation::Stack';

export interface StackDeployer {
  findProvider(type: string): ResourceProvider | undefined;
  /** What dynamic references of a stack in that region point at. */
  dynamicSources(region: string): DynamicSources;
  getExport(region: string, name: string): unknown;
  /** Parameter values given by whoever starts the runtime. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Told when a nested stack is complete. */
  onNestedStack(stack: AssemblyStack, deployed: DeployedStack): void;
}

export interface DeployedStack {
  readonly id: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: readonly StackOutputRecord[];
  readonly resources: readonly StackResourceRecord[];
}

/** Rejects with an error that names the resource which could not be created, and why. */
export async function deployStack(stack: AssemblyStack, deployer: StackDeployer): Promise<DeployedStack> {
  const sources = deployer.dynamicSources(stack.region);
  const parameters = await resolveParameters(stack, deployer.parameters, (name) =>
    sources.getParameter(name, undefined),
  );
  const created = new Map<string, ResourceAttributes>();
  const scope = createStackScope(stack, parameters, created, (name) => deployer.getExport(stack.region, name));
  const resources = Object.entries(stack.template.Resources ?? {});
  const active = new Map(resources.filter(([, resource]) => !isIgnored(resource.Type) && isActive(resource, scope)));
  const replaced = findReplacedHandlers(stack.template, (type) => deployer.findProvider(type) !== undefined);
  const order = orderByDependencies(
    [...active.keys()],
    (logicalId) => findReferences(active.get(logicalId) as TemplateResource, scope),
    `resources of stack ${stack.name}`,
  );
  for (const logicalId of order) {
    const resource = active.get(logicalId) as TemplateResource;
    const attributes = replaced.has(logicalId)
      ? buildReplacedHandler(stack, logicalId)
      : await createResource(stack, logicalId, resource, scope, deployer);
    created.set(logicalId, attributes);
  }
  return {
    id: buildStackId(stack),
    parameters: Object.fromEntries([...parameters].map(([name, value]) => [name, String(value)])),
    outputs: evaluateOutputs(stack, scope),
    resources: order.map((logicalId) => buildRecord(logicalId, active.get(logicalId), created.get(logicalId))),
  };
}

async function createResource(
  stack: AssemblyStack,
  logicalId: string,
  resource: TemplateResource,
  scope: TemplateScope,
  deployer: StackDeployer,
): Promise<ResourceAttributes> {
  const { Type: type, Metadata: metadata = {} } = resource;
  try {
    const evaluated = evaluate(resource.Properties ?? {}, scope);
    const properties = (await resolveDynamicReferences(evaluated, deployer.dynamicSources(stack.region))) as Record<
      string,
      unknown
    >;
    if (type === NESTED_STACK_TYPE) return await deployNestedStack(stack, logicalId, resource, properties, deployer);
    const provider = deployer.findProvider(type);
    if (!provider) throw new Error('this runtime has no such resource type');
    const { name, region, accountId, assemblyDirectory } = stack;
    return await provider.create({
      logicalId,
      type,
      properties,
      metadata,
      stack: { name, region, accountId, assemblyDirectory },
    });
  } catch (cause) {
    throw new Error(`cannot create ${type} "${logicalId}" of stack ${stack.name}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function deployNestedStack(
  stack: AssemblyStack,
  logicalId: string,
  resource: TemplateResource,
  properties: Readonly<Record<string, unknown>>,
  deployer: StackDeployer,
): Promise<ResourceAttributes> {
  const parameters = (properties.Parameters ?? {}) as Record<string, string>;
  const nested = { ...readNestedStack(stack, logicalId, resource), parameters };
  const deployed = await deployStack(nested, deployer);
  deployer.onNestedStack(nested, deployed);
  const attributes = Object.fromEntries(deployed.outputs.map(({ key, value }) => [`Outputs.${key}`, value]));
  return { ref: deployed.id, attributes };
}

/** A nested stack as a stack of its own; its template is an asset of the assembly. */
export function readNestedStack(stack: AssemblyStack, logicalId: string, resource: TemplateResource): AssemblyStack {
  const path = findTemplateAsset(stack.assemblyDirectory, resource);
  if (path === undefined) {
    throw new Error(
      `nested stack "${logicalId}" of ${stack.name} has no template among the assets of ${stack.assemblyDirectory}`,
    );
  }
  return {
    ...stack,
    name: `${stack.name}-${logicalId}`,
    template: readTemplate(path),
    parameters: {},
    dependencies: [],
  };
}

function evaluateOutputs(stack: AssemblyStack, scope: TemplateScope): StackOutputRecord[] {
  return Object.entries(stack.template.Outputs ?? {})
    .filter(([, output]) => isActive(output, scope))
    .map(([key, output]) => ({
      key,
      value: String(evaluate(output.Value, scope)),
      ...(output.Description !== undefined && { description: output.Description }),
      ...(output.Export && { exportName: String(evaluate(output.Export.Name, scope)) }),
    }));
}

function buildReplacedHandler(stack: AssemblyStack, logicalId: string): ResourceAttributes {
  const name = `${stack.name}-${logicalId}`;
  return { ref: name, attributes: { Arn: `arn:aws:lambda:${stack.region}:${stack.accountId}:function:${name}` } };
}

function buildRecord(
  logicalId: string,
  resource: TemplateResource | undefined,
  attributes: ResourceAttributes | undefined,
): StackResourceRecord {
  const path = resource?.Metadata?.['aws:cdk:path'];
  return {
    logicalId,
    type: resource?.Type ?? '',
    physicalId: attributes?.ref ?? '',
    ...(typeof path === 'string' && { path }),
  };
}
