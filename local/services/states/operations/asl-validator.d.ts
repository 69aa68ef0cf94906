// asl-validator 4.0.0 ships no types.
declare module 'asl-validator' {
  interface ValidationProblem {
    readonly 'Error code'?: string;
    readonly Message?: string;
    readonly message?: string;
    readonly instancePath?: string;
  }

  function validate(definition: unknown): {
    readonly isValid: boolean;
    readonly errors: readonly ValidationProblem[];
  };

  export = validate;
}
