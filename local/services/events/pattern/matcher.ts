// One test on one value of an event: what the members of a pattern's arrays compile to.

export type JsonScalar = string | number | boolean | null;

export interface NumericRange {
  readonly low: number;
  readonly includesLow: boolean;
  readonly high: number;
  readonly includesHigh: boolean;
}

/** What `anything-but` excludes. */
export type Exclusion =
  | { readonly kind: 'values'; readonly values: ReadonlySet<JsonScalar> }
  | { readonly kind: 'equals-ignore-case'; readonly texts: ReadonlySet<string> }
  | { readonly kind: 'any-of'; readonly matchers: readonly Matcher[] };

export type Matcher =
  | { readonly kind: 'equals'; readonly value: JsonScalar }
  /** Texts that ignore case are stored folded. */
  | { readonly kind: 'equals-ignore-case'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string; readonly ignoresCase: boolean }
  | { readonly kind: 'suffix'; readonly text: string; readonly ignoresCase: boolean }
  | { readonly kind: 'wildcard'; readonly pieces: readonly string[] }
  | { readonly kind: 'numeric'; readonly range: NumericRange }
  | { readonly kind: 'cidr'; readonly range: AddressRange }
  | { readonly kind: 'exists'; readonly exists: boolean }
  | { readonly kind: 'anything-but'; readonly exclusion: Exclusion };

export interface AddressRange {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** Numeric matching knows only values within these bounds: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-numeric-matching */
export const NUMERIC_LIMIT = 5e9;

export function foldCase(text: string): string {
  return text.toLowerCase();
}
