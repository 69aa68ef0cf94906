// Keeps what our functions log during a test from the terminal, and at hand.
import { afterEach, beforeEach, jest } from '@jest/globals';

/** Call it once in a test file; `lines` holds what the current test has logged. */
export function captureLogs(): { readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  beforeEach(() => {
    lines.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
        return true;
      });
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  return { lines };
}
