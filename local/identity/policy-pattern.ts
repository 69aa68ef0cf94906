// Patterns of policies: text with `*` and `?` wildcards and `${policy variables}`.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of policy variables
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

/** Gives the values of a condition key (lower case); undefined when the request has no such key. */
export type FindKeyValues = (key: string) => readonly string[] | undefined;

/** Private-use characters stand for the wildcards, so that a variable's own `*` stays an ordinary character. */
const anyText = '\uE000';
const anyCharacter = '\uE001';
const literalCharacters: Readonly<Record<string, string>> = { '${*}': '*', '${?}': '?', '${$}': '$' };
const variableSyntax = /\$\{[^}]*\}/g;

interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}

export interface PolicyPattern {
  readonly parts: readonly (string | Variable)[];
  /** The whole pattern when it holds no variable: then nothing is expanded at evaluation. */
  readonly constant: string | undefined;
}

/** Reads a pattern. With `wildcards: false`, `*` and `?` are ordinary characters (StringEquals). */
export function parsePolicyPattern(text: string, options: { wildcards: boolean; variables: boolean }): PolicyPattern {
  const mark = (literal: string): string =>
    options.wildcards ? literal.replaceAll('*', anyText).replaceAll('?', anyCharacter) : literal;
  if (!options.variables) return { parts: [mark(text)], constant: mark(text) };
  const parts: (string | Variable)[] = [];
  let end = 0;
  for (const match of text.matchAll(variableSyntax)) {
    parts.push(mark(text.slice(end, match.index)));
    end = match.index + match[0].length;
    parts.push(literalCharacters[match[0]] ?? parseVariable(match[0].slice(2, -1)));
  }
  parts.push(mark(text.slice(end)));
  return { parts, constant: parts.every((part) => typeof part === 'string') ? parts.join('') : undefined };
}

function parseVariable(text: string): Variable {
  const [key = '', ...rest] = text.split(',');
  const fallback = rest.join(',').trim();
  return { key: key.trim().toLowerCase(), fallback: /^'.*'$/.test(fallback) ? fallback.slice(1, -1) : undefined };
}

/** The pattern with its variables replaced; undefined when one has no value or several, for then nothing can match. */
export function expandPolicyPattern(pattern: PolicyPattern, findKeyValues: FindKeyValues): string | undefined {
  if (pattern.constant !== undefined) return pattern.constant;
  let expanded = '';
  for (const part of pattern.parts) {
    if (typeof part === 'string') {
      expanded += part;
      continue;
    }
    const values = findKeyValues(part.key);
    const value = values?.length === 1 ? values[0] : part.fallback;
    if (value === undefined) return undefined;
    expanded += value;
  }
  return expanded;
}

/** Whether the text matches an expanded pattern. Linear in memory, never exponential in time. */
export function matchesExpandedPattern(pattern: string, text: string): boolean {
  let patternIndex = 0;
  let textIndex = 0;
  let retryPattern = -1;
  let retryText = 0;
  while (textIndex < text.length) {
    const expected = pattern[patternIndex];
    if (expected === anyText) {
      retryPattern = ++patternIndex;
      retryText = textIndex;
    } else if (expected === anyCharacter || expected === text[textIndex]) {
      patternIndex++;
      textIndex++;
    } else if (retryPattern >= 0) {
      patternIndex = retryPattern;
      textIndex = ++retryText;
    } else return false;
  }
  while (pattern[patternIndex] === anyText) patternIndex++;
  return patternIndex === pattern.length;
}

/**
 * Whether an ARN matches an expanded pattern: each of the six parts by itself, so that a wildcard does not reach over a
 * colon into the next part. A shortened pattern is completed with wildcards, as AWS does.
 */
export function matchesExpandedArn(pattern: string, arn: string): boolean {
  if (pattern === anyText) return true;
  if (!arn.startsWith('arn:')) return matchesExpandedPattern(pattern, arn);
  const expected = splitArn(pattern);
  const actual = splitArn(arn);
  return actual.every((part, index) => matchesExpandedPattern(expected[index] ?? anyText, part));
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
