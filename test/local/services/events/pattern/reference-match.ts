// The documented meaning of patterns, written down as directly as possible and without any regard for speed:
// flatten the event, then try every choice of one value per field.
import { BlockList } from 'node:net';

type Json = unknown;
interface Leaf {
  path: string;
  value: Json;
  places: Map<Json, number>;
}

function flatten(value: Json, path: string[], places: Map<Json, number>): Leaf[] {
  if (Array.isArray(value)) {
    return value.flatMap((member, index) => flatten(member, path, new Map([...places, [value, index]])));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, child]) => flatten(child, [...path, name], places));
  }
  return [{ path: JSON.stringify(path), value, places }];
}

const RESERVED = [
  'exactly',
  'prefix',
  'suffix',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
  'wildcard',
  'equals-ignore-case',
];

function expand(pattern: Record<string, Json>, path: string[]): Map<string, Json[]>[] {
  let all: Map<string, Json[]>[] = [new Map()];
  for (const [name, child] of Object.entries(pattern)) {
    let choices: Map<string, Json[]>[];
    const isOr =
      name === '$or' &&
      Array.isArray(child) &&
      child.length > 1 &&
      child.every((branch) => typeof branch === 'object' && !Object.keys(branch).some((key) => RESERVED.includes(key)));
    if (isOr) choices = (child as Record<string, Json>[]).flatMap((branch) => expand(branch, path));
    else if (Array.isArray(child)) choices = [new Map([[JSON.stringify([...path, name]), child]])];
    else choices = expand(child as Record<string, Json>, [...path, name]);
    all = all.flatMap((left) => choices.map((right) => new Map([...left, ...right])));
  }
  return all;
}

function wildcardToRegExp(text: string): RegExp {
  const source = text.replace(/\\[\\*]|\*|[^*\\]/g, (part) => {
    if (part === '*') return '[^]*';
    const literal = part.length === 2 ? part[1]! : part;
    return literal.replace(/[.*+?^${}()|[\]\\/-]/, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

function holds(value: Json, test: Json): boolean {
  if (typeof test !== 'object' || test === null) return value === test;
  const [[operator, argument]] = Object.entries(test) as [[string, Json]];
  const text = typeof value === 'string' ? value : undefined;
  const list = (Array.isArray(argument) ? argument : [argument]) as Json[];
  switch (operator) {
    case 'prefix':
    case 'suffix': {
      if (text === undefined) return false;
      const folds = typeof argument === 'object';
      const part = folds ? (argument as Record<string, string>)['equals-ignore-case']!.toLowerCase() : String(argument);
      const whole = folds ? text.toLowerCase() : text;
      return operator === 'prefix' ? whole.startsWith(part) : whole.endsWith(part);
    }
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(argument).toLowerCase();
    case 'wildcard':
      return text !== undefined && wildcardToRegExp(String(argument)).test(text);
    case 'exists':
      return argument === true;
    case 'cidr': {
      const [address, bits] = String(argument).split('/') as [string, string];
      const family = (of: string) => (of.includes(':') ? 'ipv6' : 'ipv4');
      if (text === undefined || family(text) !== family(address)) return false;
      const block = new BlockList();
      block.addSubnet(address, Number(bits), family(address));
      return block.check(text, family(text));
    }
    case 'numeric': {
      if (typeof value !== 'number' || Math.abs(value) > 5e9) return false;
      for (let at = 0; at < list.length; at += 2) {
        const bound = list[at + 1] as number;
        const fits = {
          '=': value === bound,
          '<': value < bound,
          '<=': value <= bound,
          '>': value > bound,
          '>=': value >= bound,
        };
        if (!fits[list[at] as keyof typeof fits]) return false;
      }
      return true;
    }
    case 'anything-but': {
      if (typeof argument !== 'object' || Array.isArray(argument)) return !list.includes(value);
      const [[nested, excluded]] = Object.entries(argument as object) as [[string, Json]];
      return !((Array.isArray(excluded) ? excluded : [excluded]) as Json[]).some((one) =>
        holds(value, { [nested]: one }),
      );
    }
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

const isAbsenceTest = (test: Json) =>
  typeof test === 'object' && test !== null && 'exists' in test && test.exists === false;

function choose(fields: [string, Json[]][], leaves: Leaf[], chosen: Leaf[]): boolean {
  const [field, ...rest] = fields;
  if (!field) return true;
  const here = leaves.filter(({ path }) => path === field[0]);
  if (here.length === 0) return field[1].some(isAbsenceTest) && choose(rest, leaves, chosen);
  return here.some(
    (leaf) =>
      field[1].some((test) => holds(leaf.value, test)) &&
      chosen.every((other) =>
        [...leaf.places].every(([array, index]) => (other.places.get(array) ?? index) === index),
      ) &&
      choose(rest, leaves, [...chosen, leaf]),
  );
}

/** Whether the event matches the pattern. */
export function referenceMatch(pattern: object, event: Json): boolean {
  const leaves = flatten(event, [], new Map());
  return expand(pattern as Record<string, Json>, []).some((fields) => choose([...fields], leaves, []));
}
