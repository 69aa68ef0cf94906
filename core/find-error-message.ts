// Reads what a function said when it threw.

/** A function's error arrives as JSON text with `errorMessage`; undefined for everything else. */
export function findErrorMessage(cause: string | undefined): string | undefined {
  if (cause === undefined || !cause.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(cause);
    const message =
      typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed ? parsed.errorMessage : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
