// Evaluates the templates of a state: plain paths at once, bounded expressions and short loops here, all others in one trip to a worker.
import { isTooDeep, type Json } from '../json.ts';
import { StateFailure } from '../state-failure.ts';
import { NEEDS_JSONATA } from './direct-path.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import { endsSoon } from './loop-degree.ts';
import type { Expression } from './parse-expression.ts';
import type { LocatedExpression, Template } from './template.ts';
import type { EvaluationResult } from './worker-messages.ts';
import { WorkerPool } from './worker-pool.ts';

const TIME_LIMIT_MILLISECONDS = 2_000;
const POOL_SIZE = 3;

/** What expressions can see. */
export interface Bindings {
  /** `$states`; `context` may be a getter, as most expressions do not read it. */
  readonly states: Readonly<Record<string, unknown>>;
  /** The value of `$name`, searched from the inner scope outwards. */
  variable(name: string): Json | undefined;
}

/** An expression failed: carries where it stands, for the history. */
export class EvaluationFailure extends StateFailure {
  readonly location: string;

  constructor(location: string, cause: string) {
    super('States.QueryEvaluationError', cause);
    this.location = location;
  }
}

export interface Evaluator {
  /** The values of the templates, which all see the same bindings. Throws EvaluationFailure for the first that fails. */
  evaluate(templates: readonly Template[], bindings: Bindings): Promise<Json[]>;
  /** Ends the worker threads. */
  close(): Promise<void>;
}

/** `now` gives the moment, in milliseconds since the epoch, that `$now()` and `$millis()` tell. */
export function createEvaluator(options: { now: () => number; timeLimitMilliseconds?: number }): Evaluator {
  const pool = new WorkerPool({
    size: POOL_SIZE,
    timeLimitMilliseconds: options.timeLimitMilliseconds ?? TIME_LIMIT_MILLISECONDS,
  });

  async function evaluateAll(expressions: readonly LocatedExpression[], bindings: Bindings): Promise<Json[]> {
    const results: Json[] = new Array(expressions.length);
    const deferred: number[] = [];
    const lookup = (name: string) => (name === 'states' ? bindings.states : bindings.variable(name));
    for (const [index, { expression, location }] of expressions.entries()) {
      if (expression.isForbidden) {
        throw new EvaluationFailure(
          location,
          describeThrown(expression, location, 'D1010: Attempted to access the Javascript object prototype'),
        );
      }
      const direct = expression.directPath ? expression.directPath(lookup) : NEEDS_JSONATA;
      if (direct !== NEEDS_JSONATA) {
        results[index] = expectValue(direct, expression, location);
      } else if (expression.isInline || isShortLoop(expression, bindings)) {
        results[index] = await evaluateInline(expression, location, bindings);
      } else {
        deferred.push(index);
      }
    }
    if (deferred.length > 0) await evaluateInWorker(expressions, deferred, bindings, results);
    return results;
  }

  async function evaluateInline(expression: Expression, location: string, bindings: Bindings): Promise<Json> {
    let value: Json | undefined;
    try {
      value = toJson(
        await evaluateExpression(expression.parsed, visibleBindings([expression], bindings), options.now()),
      );
    } catch (error) {
      throw new EvaluationFailure(location, describeThrown(expression, location, (error as Error).message));
    }
    return expectShallow(expectValue(value, expression, location), expression, location);
  }

  async function evaluateInWorker(
    expressions: readonly LocatedExpression[],
    indexes: readonly number[],
    bindings: Bindings,
    into: Json[],
  ): Promise<void> {
    const batch = indexes.map((index) => (expressions[index] as LocatedExpression).expression);
    const answers = await pool.evaluate({
      sources: batch.map(({ source }) => source),
      bindings: transferableBindings(batch, bindings),
      nowMilliseconds: options.now(),
    });
    for (const [position, index] of indexes.entries()) {
      const { expression, location } = expressions[index] as LocatedExpression;
      const answer = answers[position] as EvaluationResult;
      if ('failure' in answer) {
        throw new EvaluationFailure(location, describeThrown(expression, location, answer.failure));
      }
      const value = answer.json === null ? undefined : (JSON.parse(answer.json) as Json);
      into[index] = expectShallow(expectValue(value, expression, location), expression, location);
    }
  }

  return {
    async evaluate(templates, bindings) {
      const expressions = templates.flatMap((template) => template.expressions);
      if (expressions.length === 0) return templates.map((template) => template.build([]));
      const results = await evaluateAll(expressions, bindings);
      let position = 0;
      return templates.map((template) => {
        const own = results.slice(position, position + template.expressions.length);
        position += template.expressions.length;
        return template.build(own);
      });
    },
    close: () => pool.close(),
  };
}

/** A loop over little: the trip to a worker would take many times as long. */
function isShortLoop({ loopDegree, readsStates, statesMembers, variables }: Expression, bindings: Bindings): boolean {
  if (!Number.isFinite(loopDegree)) return false;
  const read = variables.map((name): unknown => bindings.variable(name));
  if (readsStates) for (const name of statesMembers ?? Object.keys(bindings.states)) read.push(bindings.states[name]);
  return endsSoon(loopDegree, read);
}

function visibleBindings(expressions: readonly Expression[], bindings: Bindings): Record<string, unknown> {
  const visible: Record<string, unknown> = {};
  if (expressions.some(({ readsStates }) => readsStates)) visible.states = bindings.states;
  for (const { variables } of expressions) {
    for (const name of variables) {
      const value = bindings.variable(name);
      if (value !== undefined) visible[name] = value;
    }
  }
  return visible;
}

/** As `visibleBindings`, with the context only where it is read: what goes to a worker is copied. */
function transferableBindings(expressions: readonly Expression[], bindings: Bindings): Record<string, unknown> {
  const visible = visibleBindings(expressions, bindings);
  if (visible.states === undefined) return visible;
  const names = Object.keys(bindings.states).filter(
    (name) => name !== 'context' || expressions.some(({ readsContext }) => readsContext),
  );
  return { ...visible, states: Object.fromEntries(names.map((name) => [name, bindings.states[name]])) };
}

/** A JSON value without what jsonata hangs on its arrays; undefined for what JSON cannot say (a function). */
function toJson(value: unknown): Json | undefined {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || value === undefined ? undefined : (value as Json);
  }
  return JSON.parse(JSON.stringify(value)) as Json;
}

function expectValue(value: unknown, expression: Expression, location: string): Json {
  if (value !== undefined) return value as Json;
  throw new EvaluationFailure(
    location,
    `The JSONata expression '${expression.source}' specified for the field '${location}' returned nothing (undefined).`,
  );
}

function expectShallow(value: Json, expression: Expression, location: string): Json {
  if (!isTooDeep(value)) return value;
  throw new EvaluationFailure(location, describeThrown(expression, location, 'the value is nested too deeply'));
}

function describeThrown(expression: Expression, location: string, error: string): string {
  return `The JSONata expression '${expression.source}' specified for the field '${location}' threw an error during evaluation. ${error}`;
}
