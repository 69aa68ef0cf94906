// Whether a single value of an event satisfies a matcher.
import { findAddress } from './address-range.ts';
import {
  type AddressRange,
  type Exclusion,
  foldCase,
  type JsonScalar,
  type Matcher,
  NUMERIC_LIMIT,
  type NumericRange,
} from './matcher.ts';

/** Takes the pieces from left to right, each as early as possible: linear, whatever the text. */
function matchesWildcard(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (let index = 1; index < pieces.length - 1; index += 1) {
    const piece = pieces[index] ?? '';
    const found = text.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}

function isInRange(value: number, { low, includesLow, high, includesHigh }: NumericRange): boolean {
  if (Math.abs(value) > NUMERIC_LIMIT) return false;
  return (value > low || (includesLow && value === low)) && (value < high || (includesHigh && value === high));
}

function isInAddressRange(text: string, range: AddressRange): boolean {
  const address = findAddress(text);
  return address?.bits === range.bits && address.value >= range.first && address.value <= range.last;
}

function isExcluded(value: JsonScalar, exclusion: Exclusion): boolean {
  switch (exclusion.kind) {
    case 'values':
      return exclusion.values.has(value);
    case 'equals-ignore-case':
      return typeof value === 'string' && exclusion.texts.has(foldCase(value));
    case 'any-of':
      return exclusion.matchers.some((matcher) => matchesValue(value, matcher));
  }
}

/** For a field that is there; an absent one satisfies only `exists: false`. */
export function matchesValue(value: JsonScalar, matcher: Matcher): boolean {
  switch (matcher.kind) {
    case 'equals':
      return value === matcher.value;
    case 'equals-ignore-case':
      return typeof value === 'string' && foldCase(value) === matcher.text;
    case 'prefix':
      return typeof value === 'string' && (matcher.ignoresCase ? foldCase(value) : value).startsWith(matcher.text);
    case 'suffix':
      return typeof value === 'string' && (matcher.ignoresCase ? foldCase(value) : value).endsWith(matcher.text);
    case 'wildcard':
      return typeof value === 'string' && matchesWildcard(value, matcher.pieces);
    case 'numeric':
      return typeof value === 'number' && isInRange(value, matcher.range);
    case 'cidr':
      return typeof value === 'string' && isInAddressRange(value, matcher.range);
    case 'exists':
      return matcher.exists;
    case 'anything-but':
      return !isExcluded(value, matcher.exclusion);
  }
}
