// What the evaluator and its workers say to each other.

export interface EvaluationBatch {
  readonly sources: readonly string[];
  /** `$states` and the variables that the expressions may read. */
  readonly bindings: Readonly<Record<string, unknown>>;
  readonly nowMilliseconds: number;
}

/** JSON text of the value; null when the expression returned nothing; or why it failed. */
export type EvaluationResult = { readonly json: string | null } | { readonly failure: string };

export interface EvaluationAnswer {
  readonly results: readonly EvaluationResult[];
  /** An expression changed what all later ones build upon: the worker must not be used again. */
  readonly isTainted: boolean;
}
