// The Condition element of a policy statement: every documented operator, qualifier and suffix.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { BlockList, isIP } from 'node:net';
import type { PolicyStatement } from '../runtime/service.ts';
import {
  expandPolicyPattern,
  type FindKeyValues,
  matchesExpandedArn,
  matchesExpandedPattern,
  parsePolicyPattern,
} from './policy-pattern.ts';

/** Whether one value of the request matches one value of the policy. */
type MatchValue = (requestValue: string, findKeyValues: FindKeyValues) => boolean;
type CompileValue = (policyValue: string, variables: boolean) => MatchValue;

interface Operator {
  readonly compile: CompileValue;
  readonly negated: boolean;
}

export interface CompiledCondition {
  readonly key: string;
  isMet(findKeyValues: FindKeyValues): boolean;
}

const operators = new Map<string, Operator>();

function defineOperator(name: string, compile: CompileValue, negatedName?: string): void {
  operators.set(name, { compile, negated: false });
  if (negatedName !== undefined) operators.set(negatedName, { compile, negated: true });
}

function compareText(wildcards: boolean, matches: (expected: string, actual: string) => boolean): CompileValue {
  return (policyValue, variables) => {
    const pattern = parsePolicyPattern(policyValue, { wildcards, variables });
    return (requestValue, findKeyValues) => {
      const expected = expandPolicyPattern(pattern, findKeyValues);
      return expected !== undefined && matches(expected, requestValue);
    };
  };
}

function compareNumbers(holds: (actual: number, expected: number) => boolean): CompileValue {
  return (policyValue) => {
    const expected = Number(policyValue);
    return (requestValue) => requestValue.trim() !== '' && holds(Number(requestValue), expected);
  };
}

function compareDates(holds: (actual: number, expected: number) => boolean): CompileValue {
  return (policyValue) => {
    const expected = parseDate(policyValue);
    return (requestValue) => holds(parseDate(requestValue), expected);
  };
}

/** ISO 8601 or seconds since the epoch; NaN, which compares false, for anything else. */
function parseDate(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) && text.length > 4 ? Number(text) * 1000 : Date.parse(text);
}

function compareAddress(policyValue: string): MatchValue {
  const [address = '', prefix] = policyValue.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  return (requestValue) => {
    const version = isIP(requestValue);
    return version !== 0 && range.check(requestValue, version === 6 ? 'ipv6' : 'ipv4');
  };
}

const equalText = (expected: string, actual: string): boolean => expected === actual;
const equalFolded = (expected: string, actual: string): boolean => expected.toLowerCase() === actual.toLowerCase();
defineOperator('stringequals', compareText(false, equalText), 'stringnotequals');
defineOperator('stringequalsignorecase', compareText(false, equalFolded), 'stringnotequalsignorecase');
defineOperator('stringlike', compareText(true, matchesExpandedPattern), 'stringnotlike');
defineOperator('arnequals', compareText(true, matchesExpandedArn), 'arnnotequals');
defineOperator('arnlike', compareText(true, matchesExpandedArn), 'arnnotlike');
defineOperator('bool', compareText(false, equalFolded));
defineOperator('binaryequals', compareText(false, equalText));
defineOperator('ipaddress', compareAddress, 'notipaddress');
const comparisons: [string, (actual: number, expected: number) => boolean][] = [
  ['lessthan', (actual, expected) => actual < expected],
  ['lessthanequals', (actual, expected) => actual <= expected],
  ['greaterthan', (actual, expected) => actual > expected],
  ['greaterthanequals', (actual, expected) => actual >= expected],
];
const equalNumbers = (actual: number, expected: number): boolean => actual === expected;
defineOperator('numericequals', compareNumbers(equalNumbers), 'numericnotequals');
defineOperator('dateequals', compareDates(equalNumbers), 'datenotequals');
for (const [name, holds] of comparisons) {
  defineOperator(`numeric${name}`, compareNumbers(holds));
  defineOperator(`date${name}`, compareDates(holds));
}

/** Makes the Condition element ready for evaluation. Throws on an operator that IAM does not have. */
export function compileConditions(condition: PolicyStatement['Condition'], variables: boolean): CompiledCondition[] {
  return Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => compileCondition(operator, key, toStrings(values), variables)),
  );
}

function toStrings(values: string | boolean | number | readonly string[]): string[] {
  return Array.isArray(values) ? values.map(String) : [String(values)];
}

function compileCondition(text: string, key: string, values: string[], variables: boolean): CompiledCondition {
  const syntax = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(text.toLowerCase());
  const [, qualifier, name = '', ifExists] = syntax ?? [];
  const lowerKey = key.toLowerCase();
  if (name === 'null') return compileNull(lowerKey, values);
  const operator = operators.get(name);
  if (operator === undefined) {
    throw new Error(`policy condition operator ${text} is unknown, use one of the documented operators of IAM`);
  }
  const matchers = values.map((value) => operator.compile(value, variables));
  const isMet = (findKeyValues: FindKeyValues): boolean => {
    const present = findKeyValues(lowerKey);
    if (present === undefined || present.length === 0) {
      return ifExists !== undefined || qualifier === 'forallvalues' || (operator.negated && qualifier === undefined);
    }
    const holds = (value: string): boolean =>
      matchers.some((matches) => matches(value, findKeyValues)) !== operator.negated;
    // Without a qualifier, several request values must all differ for a negated operator, and one must match otherwise.
    const every = qualifier === 'forallvalues' || (qualifier === undefined && operator.negated);
    return every ? present.every(holds) : present.some(holds);
  };
  return { key: lowerKey, isMet };
}

function compileNull(key: string, values: string[]): CompiledCondition {
  return {
    key,
    isMet: (findKeyValues) => {
      const absent = (findKeyValues(key) ?? []).length === 0;
      return values.some((value) => (value.toLowerCase() === 'true') === absent);
    },
  };
}
