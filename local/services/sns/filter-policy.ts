// Subscription filter policies: exact strings, numbers, prefix, suffix, anything-but, exists and equals-ignore-case.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
import type { PublishedMessage } from './deliver.ts';
import type { Subscription } from './topic-book.ts';

/** A subscription without a policy takes everything. */
export function passesFilter(subscription: Subscription, message: PublishedMessage): boolean {
  const { filterPolicy, filterScope } = subscription;
  if (filterPolicy === undefined) return true;
  return matches(filterPolicy, filterScope === 'MessageBody' ? parseObject(message.body) : readAttributes(message));
}

function matches(policy: Readonly<Record<string, unknown>>, candidate: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(policy).every(([key, condition]) => {
    const value = candidate[key];
    if (Array.isArray(condition)) {
      const values = Array.isArray(value) ? value : [value];
      return condition.some((rule) => values.some((each) => satisfies(rule, each)));
    }
    return isObject(condition) && isObject(value) && matches(condition, value);
  });
}

function satisfies(rule: unknown, value: unknown): boolean {
  if (!isObject(rule)) return rule === value;
  const [[operator, operand] = ['', undefined]] = Object.entries(rule);
  const text = typeof value === 'string' ? value : undefined;
  switch (operator) {
    case 'exists':
      return (value !== undefined) === operand;
    case 'prefix':
      return text?.startsWith(String(operand)) ?? false;
    case 'suffix':
      return text?.endsWith(String(operand)) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(operand).toLowerCase();
    case 'anything-but': {
      const refused = Array.isArray(operand) ? operand : [operand];
      return value !== undefined && !refused.some((each) => satisfies(each, value));
    }
    default:
      return false;
  }
}

function readAttributes(message: PublishedMessage): Record<string, unknown> {
  const read = ({ Type, Value }: { Type: string; Value: string }): unknown => {
    if (Type === 'String.Array') return JSON.parse(Value);
    return Type === 'Number' ? Number(Value) : Value;
  };
  return Object.fromEntries(Object.entries(message.attributes).map(([name, attribute]) => [name, read(attribute)]));
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : {};
  } catch {
    // SNS drops a body that is not JSON for a subscription that filters on the body.
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
