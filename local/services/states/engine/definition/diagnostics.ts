// What is wrong with a definition, in AWS's terms.

export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: string;
  readonly message: string;
  /** A JSON pointer into the definition: `/States/X/Output/v`. */
  readonly location: string;
}

/** Collects everything that is wrong, so that a person can mend it in one go. */
export class Diagnostics {
  readonly found: Diagnostic[] = [];

  error(code: string, message: string, location: string): void {
    this.found.push({ severity: 'ERROR', code, message, location });
  }

  get hasErrors(): boolean {
    return this.found.some(({ severity }) => severity === 'ERROR');
  }
}

/** All errors in one line, as CreateStateMachine words them. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR');
  return `Invalid State Machine Definition: '${errors.map(({ code, message, location }) => `${code}: ${message} at ${location}`).join(', ')}'`;
}
