// Reads one member of a pattern's array: a literal or an operator such as { "prefix": "aws." }.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { parseCidr } from './address-range.ts';
import { buildInvalidPattern } from './invalid-pattern.ts';
import {
  type Exclusion,
  foldCase,
  type JsonScalar,
  type Matcher,
  NUMERIC_LIMIT,
  type NumericRange,
} from './matcher.ts';

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The one key of an operator. */
function getOnlyEntry(value: JsonObject): [string, unknown] {
  const [entry, ...others] = Object.entries(value);
  if (!entry) throw buildInvalidPattern('Match expression name not found');
  if (others.length > 0) throw buildInvalidPattern('Only one key allowed in match expression');
  return entry;
}

function getText(value: unknown, operator: string): string {
  if (typeof value !== 'string') throw buildInvalidPattern(`${operator} match pattern must be a string`);
  return value;
}

function parseAffix(kind: 'prefix' | 'suffix', value: unknown): Matcher {
  if (!isObject(value)) return { kind, text: getText(value, kind), ignoresCase: false };
  const [operator, text] = getOnlyEntry(value);
  if (operator !== 'equals-ignore-case') throw buildInvalidPattern(`Unsupported ${kind} match pattern: ${operator}`);
  return { kind, text: foldCase(getText(text, 'equals-ignore-case')), ignoresCase: true };
}

/** Splits at unescaped asterisks; `\*` and `\\` stand for themselves. */
function parseWildcard(value: unknown): Matcher {
  const text = getText(value, 'wildcard');
  const pieces: string[] = [];
  let piece = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') {
      at += 1;
      const escaped = text[at] ?? '';
      if (escaped !== '*' && escaped !== '\\') throw buildInvalidPattern(`Invalid escape character at pos ${at - 1}`);
      piece += escaped;
    } else if (character === '*') {
      if (text[at + 1] === '*') throw buildInvalidPattern(`Consecutive wildcard characters at pos ${at}`);
      pieces.push(piece);
      piece = '';
    } else piece += character;
  }
  return { kind: 'wildcard', pieces: [...pieces, piece] };
}

function getBound(operator: string, value: unknown): number {
  if (typeof value !== 'number') {
    throw buildInvalidPattern(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  }
  if (Math.abs(value) > NUMERIC_LIMIT) throw buildInvalidPattern('Value must be between -5.0E9 and 5.0E9, inclusive');
  return value;
}

function parseNumeric(value: unknown): Matcher {
  if (!Array.isArray(value)) throw buildInvalidPattern('Value of numeric must be an array.');
  const [operator, first, secondOperator, second, ...rest] = value as unknown[];
  if (typeof operator !== 'string')
    throw buildInvalidPattern(`Invalid member in numeric match: ${JSON.stringify(operator) ?? ''}`);
  if (!['=', '<', '<=', '>', '>='].includes(operator)) {
    throw buildInvalidPattern(`Unrecognized numeric range operator: ${operator}`);
  }
  const bound = getBound(operator, first);
  const isBottom = operator.startsWith('>');
  if (value.length > 2 && !isBottom) throw buildInvalidPattern('Too many elements in numeric expression');
  let range: NumericRange;
  if (operator === '=') range = { low: bound, includesLow: true, high: bound, includesHigh: true };
  else if (isBottom) range = { low: bound, includesLow: operator === '>=', high: NUMERIC_LIMIT, includesHigh: true };
  else range = { low: -NUMERIC_LIMIT, includesLow: true, high: bound, includesHigh: operator === '<=' };
  if (value.length <= 2) return { kind: 'numeric', range };
  if (typeof secondOperator !== 'string') {
    throw buildInvalidPattern(`Bad value in numeric range: ${JSON.stringify(secondOperator)}`);
  }
  if (secondOperator !== '<' && secondOperator !== '<=') {
    throw buildInvalidPattern(`Bad numeric range operator: ${secondOperator}`);
  }
  const top = getBound(secondOperator, second);
  if (rest.length > 0) throw buildInvalidPattern('Too many terms in numeric range expression');
  if (range.low >= top) throw buildInvalidPattern('Bottom must be less than top');
  return { kind: 'numeric', range: { ...range, high: top, includesHigh: secondOperator === '<=' } };
}

function parseExcludedValues(value: unknown): Exclusion {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  const types = new Set(values.map((member) => typeof member));
  if (![...types].every((type) => type === 'string' || type === 'number')) {
    throw buildInvalidPattern(
      Array.isArray(value)
        ? 'Inside anything but list, start|null|boolean is not supported.'
        : 'Value of anything-but must be an array or single string/number value.',
    );
  }
  if (types.size !== 1) {
    throw buildInvalidPattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return { kind: 'values', values: new Set(values as JsonScalar[]) };
}

/** The texts of a nested exclusion: one or a list. */
function getExcludedTexts(operator: string, value: unknown): string[] {
  const texts = Array.isArray(value) ? (value as unknown[]) : [value];
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) {
    throw buildInvalidPattern(`Inside anything-but/${operator} list, number|start|null|boolean is not supported.`);
  }
  if (operator !== 'equals-ignore-case' && texts.includes(''))
    throw buildInvalidPattern(`Null ${operator} not allowed`);
  return texts;
}

function parseAnythingBut(value: unknown): Matcher {
  if (!isObject(value)) return { kind: 'anything-but', exclusion: parseExcludedValues(value) };
  const [operator, nested] = getOnlyEntry(value);
  switch (operator) {
    case 'equals-ignore-case': {
      const texts = new Set(getExcludedTexts(operator, nested).map(foldCase));
      return { kind: 'anything-but', exclusion: { kind: 'equals-ignore-case', texts } };
    }
    case 'prefix':
    case 'suffix': {
      const matchers = isObject(nested)
        ? [parseAffix(operator, nested)]
        : getExcludedTexts(operator, nested).map((text): Matcher => ({ kind: operator, text, ignoresCase: false }));
      return { kind: 'anything-but', exclusion: { kind: 'any-of', matchers } };
    }
    case 'wildcard': {
      const matchers = getExcludedTexts(operator, nested).map(parseWildcard);
      return { kind: 'anything-but', exclusion: { kind: 'any-of', matchers } };
    }
    default:
      throw buildInvalidPattern(`Unsupported anything-but pattern: ${operator}`);
  }
}

function parseOperator(operator: string, value: unknown): Matcher {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return parseAffix(operator, value);
    case 'equals-ignore-case':
      return { kind: operator, text: foldCase(getText(value, operator)) };
    case 'wildcard':
      return parseWildcard(value);
    case 'numeric':
      return parseNumeric(value);
    case 'cidr':
      return { kind: operator, range: parseCidr(getText(value, operator)) };
    case 'exists':
      if (typeof value !== 'boolean') throw buildInvalidPattern('exists match pattern must be either true or false.');
      return { kind: operator, exists: value };
    case 'anything-but':
      return parseAnythingBut(value);
    default:
      throw buildInvalidPattern(`Unrecognized match type ${operator}`);
  }
}

/** Throws InvalidEventPatternException. */
export function parseMatcher(value: unknown): Matcher {
  if (Array.isArray(value)) throw buildInvalidPattern('Match value must be String, number, true, false, or null');
  if (!isObject(value)) return { kind: 'equals', value: value as JsonScalar };
  return parseOperator(...getOnlyEntry(value));
}
