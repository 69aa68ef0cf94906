// What the names in one stack's template stand for while its resources come to life.
import { createHash } from 'node:crypto';
import type { ResourceAttributes } from '../runtime/resource.ts';
import { evaluateCondition, NO_VALUE, type TemplateScope } from './evaluate-template.ts';
import type { AssemblyStack } from './read-assembly.ts';

/** The ARN of a stack; the same at every start. */
export function buildStackId({
  name,
  region,
  accountId,
}: Pick<AssemblyStack, 'name' | 'region' | 'accountId'>): string {
  const digest = createHash('sha256').update(`${accountId}/${region}/${name}`).digest('hex');
  const id = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ];
  return `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/${id.join('-')}`;
}

/** `created` grows as resources are created; a reference to what is not there yet is an error. */
export function createStackScope(
  stack: AssemblyStack,
  parameters: ReadonlyMap<string, unknown>,
  created: ReadonlyMap<string, ResourceAttributes>,
  getExport: (name: string) => unknown,
): TemplateScope {
  const pseudoParameters: Readonly<Record<string, unknown>> = {
    'AWS::Region': stack.region,
    'AWS::AccountId': stack.accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.name,
    'AWS::StackId': buildStackId(stack),
    'AWS::NotificationARNs': [],
  };
  return {
    template: stack.template,
    region: stack.region,
    findReference: (name) => pseudoParameters[name] ?? parameters.get(name) ?? created.get(name)?.ref,
    getAttribute(logicalId, attribute) {
      const resource = created.get(logicalId);
      if (!resource) throw new Error(`there is no resource "${logicalId}" whose ${attribute} could be had`);
      const value = resource.attributes[attribute] ?? findNested(resource.attributes, attribute);
      if (value !== undefined) return value;
      const available = Object.keys(resource.attributes).join(', ') || 'none';
      throw new Error(`"${logicalId}" has no attribute "${attribute}" here: there are ${available}`);
    },
    getExport,
  };
}

/** `Endpoint.Address` may be an attribute `Endpoint` that is an object. */
function findNested(attributes: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = attributes;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value === NO_VALUE ? undefined : value;
}

/** Whether the condition of a resource or an output holds. */
export function isActive(entry: { readonly Condition?: string } | undefined, scope: TemplateScope): boolean {
  return entry?.Condition === undefined || evaluateCondition(entry.Condition, scope);
}
