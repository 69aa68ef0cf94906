// Which resources a resource refers to, so that they come first.
import {
  evaluateCondition,
  findIntrinsicCall,
  parseGetAtt,
  SUBSTITUTION,
  type TemplateScope,
} from './evaluate-template.ts';
import type { TemplateResource } from './template.ts';

/** Names that the resource's DependsOn, Ref, Fn::GetAtt and Fn::Sub mention; of Fn::If only the branch that counts. */
export function findReferences(resource: TemplateResource, scope: TemplateScope): Set<string> {
  const names = new Set<string>([resource.DependsOn ?? []].flat());
  collect(resource.Properties, scope, names);
  return names;
}

function collect(value: unknown, scope: TemplateScope, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const call = Array.isArray(value) ? undefined : findIntrinsicCall(value);
  if (!call) {
    for (const item of Object.values(value)) collect(item, scope, names);
    return;
  }
  const { name, argument } = call;
  if (name === 'Ref') names.add(String(argument));
  else if (name === 'Fn::GetAtt') names.add(parseGetAtt(argument)[0]);
  else if (name === 'Fn::If') {
    const [condition, whenTrue, whenFalse] = argument as [string, unknown, unknown];
    collect(evaluateCondition(condition, scope) ? whenTrue : whenFalse, scope, names);
    return;
  } else if (name === 'Fn::Sub') {
    const text = String(Array.isArray(argument) ? argument[0] : argument);
    for (const [, exclamation, inner = ''] of text.matchAll(SUBSTITUTION)) {
      if (!exclamation) names.add((inner.trim().split('.')[0] as string).trim());
    }
  }
  collect(argument, scope, names);
}
