// Evaluates one parsed expression with jsonata, as Step Functions does.
import type { Expression } from 'jsonata';

/**
 * Evaluates with no context item: `$`, `$$` and bare names are undefined. `$now()` and `$millis()` give the moment
 * handed in. Throws an Error whose message starts with jsonata's code.
 */
export async function evaluateExpression(
  expression: Expression,
  bindings: Readonly<Record<string, unknown>>,
  nowMilliseconds: number,
): Promise<unknown> {
  try {
    return await expression.evaluate(undefined, { ...bindings, ...clockFunctions(expression, nowMilliseconds) });
  } catch (error) {
    throw new Error(describeError(error), { cause: error });
  }
}

function clockFunctions(expression: Expression, nowMilliseconds: number): Record<string, unknown> {
  // Only expressions that ask for the time pay for the two functions.
  if (!mentionsClock(expression)) return {};
  return {
    millis: () => nowMilliseconds,
    now: (picture?: string, timezone?: string) =>
      picture === undefined && timezone === undefined
        ? new Date(nowMilliseconds).toISOString()
        : formatMoment(nowMilliseconds, picture, timezone),
  };
}

const clockReaders = new WeakMap<Expression, boolean>();

function mentionsClock(expression: Expression): boolean {
  let mentions = clockReaders.get(expression);
  if (mentions === undefined) {
    const text = JSON.stringify(expression.ast());
    mentions = text.includes('"now"') || text.includes('"millis"');
    clockReaders.set(expression, mentions);
  }
  return mentions;
}

const formatter: { expression?: Expression } = {};

async function formatMoment(milliseconds: number, picture?: string, timezone?: string): Promise<unknown> {
  const { default: jsonata } = await import('jsonata');
  formatter.expression ??= jsonata('$fromMillis($moment, $picture, $timezone)');
  return formatter.expression.evaluate(undefined, { moment: milliseconds, picture, timezone });
}

function describeError(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const words = message ?? String(error);
  return code === undefined ? words : `${code}: ${words}`;
}
