// Says at the start, all at once, what of an assembly this runtime would not do.
import type { ResourceProvider } from '../runtime/resource.ts';
import { findReplacedHandlers } from './cdk-custom-resources.ts';
import type { Template } from './template.ts';

/** Types that only CloudFormation and the CDK care about. */
const IGNORED_TYPES: ReadonlySet<string> = new Set(['AWS::CDK::Metadata', 'AWS::CloudFormation::WaitConditionHandle']);

export interface SupportQuestion {
  findProvider(type: string): ResourceProvider | undefined;
  /** False for a resource whose condition does not hold. */
  isActive(logicalId: string): boolean;
}

/** One line per offence: type, property and logical id. */
export function findUnsupported(stackName: string, template: Template, question: SupportQuestion): string[] {
  const offences: string[] = [];
  if (template.Transform !== undefined) {
    offences.push(`${stackName}: the template uses the transform ${JSON.stringify(template.Transform)}`);
  }
  const replaced = findReplacedHandlers(template, (type) => question.findProvider(type) !== undefined);
  for (const [logicalId, resource] of Object.entries(template.Resources ?? {})) {
    const { Type: type, Properties: properties = {} } = resource;
    if (isIgnored(type) || replaced.has(logicalId) || !question.isActive(logicalId)) continue;
    const provider = question.findProvider(type);
    if (!provider) {
      offences.push(`${stackName}: resource type ${type} of "${logicalId}"`);
      continue;
    }
    const honoured = new Set([...provider.properties, ...Object.keys(provider.withoutEffect ?? {})]);
    // A type that has no effect as a whole says so by `*`.
    if (honoured.has('*')) continue;
    for (const property of Object.keys(properties)) {
      if (!honoured.has(property)) offences.push(`${stackName}: property ${property} of ${type} "${logicalId}"`);
    }
  }
  return offences;
}

/** Whether the type is passed over silently, since it stands for nothing that runs. */
export function isIgnored(type: string): boolean {
  return IGNORED_TYPES.has(type);
}

/** Throws one error that names every offence. */
export function rejectUnsupported(offences: readonly string[]): void {
  if (offences.length === 0) return;
  throw new Error(
    `the assembly uses ${offences.length} ${offences.length === 1 ? 'thing' : 'things'} that this runtime does not do:\n` +
      offences.map((offence) => `  - ${offence}`).join('\n'),
  );
}
