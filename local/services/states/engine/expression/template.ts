// A JSON value of a definition in which some texts are expressions: `{% … %}`.
import type { Json } from '../json.ts';
import { type Expression, parseExpression } from './parse-expression.ts';

export interface LocatedExpression {
  readonly expression: Expression;
  /** Where it stands in its state, as AWS writes it: `Output/a/b[0]`. */
  readonly location: string;
}

/** A value with its expressions taken out: evaluate those, then build the value from their results. */
export interface Template {
  readonly expressions: readonly LocatedExpression[];
  build(results: readonly Json[]): Json;
}

export interface TemplateProblem {
  readonly location: string;
  readonly message: string;
}

/**
 * Parses a value of the definition. Only the definition's own texts are ever looked at for `{% … %}`: data never is.
 * Calls `report` for each expression with bad syntax.
 */
export function parseTemplate(value: unknown, location: string, report: (problem: TemplateProblem) => void): Template {
  const expressions: LocatedExpression[] = [];
  const build = parseValue(value, location);
  return { expressions, build };

  function parseValue(part: unknown, place: string): Template['build'] {
    if (typeof part === 'string') return parseText(part, place);
    if (Array.isArray(part)) {
      const count = expressions.length;
      const items = part.map((item, index) => parseValue(item, `${place}[${index}]`));
      if (expressions.length === count) return () => part as Json;
      return (results) => items.map((item) => item(results));
    }
    if (typeof part === 'object' && part !== null) {
      const count = expressions.length;
      const members = Object.entries(part).map(
        ([name, member]) => [name, parseValue(member, `${place}/${name}`)] as const,
      );
      if (expressions.length === count) return () => part as Json;
      return (results) => Object.fromEntries(members.map(([name, member]) => [name, member(results)]));
    }
    return () => part as Json;
  }

  function parseText(text: string, place: string): Template['build'] {
    const source = findExpressionSource(text);
    if (source === undefined) return () => text;
    try {
      const index = expressions.push({ expression: parseExpression(source), location: place }) - 1;
      return (results) => results[index] as Json;
    } catch (error) {
      report({ location: place, message: (error as { message?: string }).message ?? String(error) });
      return () => null;
    }
  }
}

/** What stands between `{%` and `%}` of a text that is an expression; undefined for any other text. */
export function findExpressionSource(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.startsWith('{%') && trimmed.endsWith('%}') && trimmed.length >= 4
    ? trimmed.slice(2, -2).trim()
    : undefined;
}
