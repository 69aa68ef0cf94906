// Intrinsic functions: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
import type { Template } from './template.ts';

/** What an evaluation has to look up outside the value itself. */
export interface TemplateScope {
  readonly template: Template;
  /** The value of a parameter, a pseudo parameter or a resource; undefined when there is none of that name. */
  findReference(name: string): unknown;
  /** Throws when the resource has no such attribute. */
  getAttribute(logicalId: string, attribute: string): unknown;
  /** Throws when no stack of the region exports the name. */
  getExport(name: string): unknown;
  readonly region: string;
}

/** `AWS::NoValue`: the property or list item that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Values = readonly unknown[];
type IntrinsicFunction = (argument: unknown, scope: TemplateScope) => unknown;

const FUNCTIONS: Readonly<Record<string, IntrinsicFunction>> = {
  Ref: (name, scope) => getReference(String(name), scope),
  'Fn::GetAtt': evaluateGetAtt,
  'Fn::Sub': evaluateSub,
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = evaluate(argument, scope) as [string, Values];
    return parts.map(String).join(separator);
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = evaluate(argument, scope) as [string, string];
    return text.split(separator);
  },
  'Fn::Select': evaluateSelect,
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = argument as [string, unknown, unknown];
    return evaluate(evaluateCondition(name, scope) ? whenTrue : whenFalse, scope);
  },
  'Fn::FindInMap': evaluateFindInMap,
  'Fn::ImportValue': (name, scope) => scope.getExport(String(evaluate(name, scope))),
  'Fn::Base64': (text, scope) => Buffer.from(String(evaluate(text, scope))).toString('base64'),
  'Fn::GetAZs': (region, scope) => {
    const name = String(evaluate(region, scope)) || scope.region;
    return ['a', 'b', 'c'].map((zone) => name + zone);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = evaluate(argument, scope) as Values;
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::Not': (argument, scope) => !(argument as Values).some((one) => evaluate(one, scope)),
  'Fn::And': (argument, scope) => (argument as Values).every((one) => evaluate(one, scope)),
  'Fn::Or': (argument, scope) => (argument as Values).some((one) => evaluate(one, scope)),
  Condition: (name, scope) => evaluateCondition(String(name), scope),
};

/** The value with every intrinsic function replaced by its result. Throws for a function that is not known here. */
export function evaluate(value: unknown, scope: TemplateScope): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const call = findIntrinsicCall(value);
  if (call) {
    const intrinsic = FUNCTIONS[call.name];
    if (!intrinsic) throw new Error(`${call.name} is not supported: use ${Object.keys(FUNCTIONS).join(', ')}`);
    return intrinsic(call.argument, scope);
  }
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const evaluated = evaluate(item, scope);
    if (evaluated !== NO_VALUE) result[key] = evaluated;
  }
  return result;
}

/** The value of a condition of the template. Throws when there is none of that name. */
export function evaluateCondition(name: string, scope: TemplateScope): boolean {
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) throw new Error(`the template has no condition "${name}"`);
  return Boolean(evaluate(condition, scope));
}

/** The function that an object calls, if it is the call of one. IAM's `Condition` blocks are objects, a condition's name is text. */
export function findIntrinsicCall(value: object): { readonly name: string; readonly argument: unknown } | undefined {
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0) return undefined;
  const isCall = name.startsWith('Fn::') || ((name === 'Ref' || name === 'Condition') && typeof argument === 'string');
  return isCall ? { name, argument } : undefined;
}

function getReference(name: string, scope: TemplateScope): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  const value = scope.findReference(name);
  if (value === undefined) throw new Error(`nothing in the template is called "${name}"`);
  return value;
}

function evaluateGetAtt(argument: unknown, scope: TemplateScope): unknown {
  const [logicalId, attribute] = parseGetAtt(argument);
  return scope.getAttribute(logicalId, String(evaluate(attribute, scope)));
}

/** Both forms: `["Id", "Attribute"]` and `"Id.Attribute"`. */
export function parseGetAtt(argument: unknown): [logicalId: string, attribute: unknown] {
  if (Array.isArray(argument)) return [String(argument[0]), argument[1]];
  const text = String(argument);
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

/** `${Name}`, `${Name.Attribute}` and the literal `${!Name}` within the text of Fn::Sub. */
export const SUBSTITUTION = /\$\{(!?)([^}]*)\}/g;

function evaluateSub(argument: unknown, scope: TemplateScope): string {
  const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
  return text.replace(SUBSTITUTION, (_whole, exclamation: string, inner: string) => {
    if (exclamation) return `\${${inner}}`;
    const name = inner.trim();
    if (name in variables) return String(evaluate(variables[name], scope));
    if (!name.includes('.') || name.startsWith('AWS::')) return String(getReference(name, scope));
    return String(evaluateGetAtt(name, scope));
  });
}

function evaluateSelect(argument: unknown, scope: TemplateScope): unknown {
  const [index, values] = evaluate(argument, scope) as [number | string, Values];
  const value = values[Number(index)];
  if (value === undefined) throw new Error(`Fn::Select asks for item ${index} of ${values.length}`);
  return value;
}

function evaluateFindInMap(argument: unknown, scope: TemplateScope): unknown {
  const [map, first, second, options] = evaluate(argument, scope) as [
    string,
    string,
    string,
    { DefaultValue?: unknown }?,
  ];
  const value = scope.template.Mappings?.[map]?.[first]?.[second] ?? options?.DefaultValue;
  if (value === undefined) throw new Error(`Fn::FindInMap finds no ${map}.${first}.${second}`);
  return value;
}
