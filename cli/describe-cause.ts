// Says why an execution failed, as people want to read it.
import { printable } from './output.ts';

/** A function's error comes as JSON with its stack, and what caught it may have put its name before that: the message is enough. */
export function describeCause(cause = ''): string {
  const [, message] = /"errorMessage":("(?:[^"\\]|\\.)*")/.exec(cause) ?? [];
  return printable(message === undefined ? cause : String(JSON.parse(message)));
}
