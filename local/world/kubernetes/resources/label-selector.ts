// Label selectors: the query syntax (`app=web,tier in (a,b),!old`) and the object form of workloads.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
import type { LabelSelector } from './kubernetes-object.ts';

type Labels = Readonly<Record<string, string>> | undefined;
type Matches = (labels: Labels) => boolean;

const requirementPattern =
  /^\s*(?:(!)\s*([^\s=!,()]+)|([^\s=!,()]+)\s*(?:(==|=|!=)\s*([^\s=!,()]*)|\s(in|notin)\s*\(([^)]*)\))?)\s*$/;

/** Throws TypeError for what is not a selector. An empty selector matches everything. */
export function parseLabelSelector(selector: string): Matches {
  const requirements = splitOutsideParentheses(selector).map(parseRequirement);
  return (labels) => requirements.every((matches) => matches(labels));
}

function parseRequirement(text: string): Matches {
  const parts = requirementPattern.exec(text);
  if (!parts) throw new TypeError(`unable to parse requirement: found '${text.trim()}', expected: identifier`);
  const [, not, absentKey, key = '', operator, value = '', setOperator, list = ''] = parts;
  if (not && absentKey) return (labels) => labels?.[absentKey] === undefined;
  if (operator === '!=') return (labels) => labels?.[key] !== value;
  if (operator) return (labels) => labels?.[key] === value;
  const values = list.split(',').map((item) => item.trim());
  if (setOperator === 'in') return (labels) => labels?.[key] !== undefined && values.includes(labels[key]);
  if (setOperator === 'notin') return (labels) => labels?.[key] === undefined || !values.includes(labels[key]);
  return (labels) => labels?.[key] !== undefined;
}

function splitOutsideParentheses(selector: string): string[] {
  if (selector.trim() === '') return [];
  const parts: string[] = [''];
  let depth = 0;
  for (const character of selector) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** Whether labels satisfy a workload's selector; an empty or absent selector matches nothing here. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  const expressions = selector?.matchExpressions ?? [];
  if (wanted.length + expressions.length === 0) return false;
  return (
    wanted.every(([key, value]) => labels?.[key] === value) &&
    expressions.every(({ key, operator, values = [] }) => {
      const value = labels?.[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      return operator === 'Exists' ? value !== undefined : value === undefined;
    })
  );
}

/** The query form of a workload's selector, as `/scale` reports it. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  const equalities = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'In' || operator === 'NotIn') return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    return operator === 'Exists' ? key : `!${key}`;
  });
  return [...equalities, ...expressions].join(',');
}
