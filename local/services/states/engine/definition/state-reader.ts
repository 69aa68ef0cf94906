// Reads the members of one state of a definition and notes what is wrong with them.
import { findTopLevelNames, findVariableNames } from '../expression/syntax-tree.ts';
import { findExpressionSource, parseTemplate, type Template } from '../expression/template.ts';
import { isJsonObject } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Catcher, Flow, Retrier } from './state-machine.ts';

export type RawObject = Readonly<Record<string, unknown>>;

export function isRawObject(value: unknown): value is RawObject {
  return isJsonObject(value);
}

/** A state's JSON with the place where it stands. */
export class StateReader {
  readonly raw: RawObject;
  readonly name: string;
  readonly location: string;
  readonly #diagnostics: Diagnostics;

  constructor(name: string, raw: RawObject, location: string, diagnostics: Diagnostics) {
    this.name = name;
    this.raw = raw;
    this.location = location;
    this.#diagnostics = diagnostics;
  }

  error(code: string, message: string, field?: string): void {
    this.#diagnostics.error(code, message, field === undefined ? this.location : `${this.location}/${field}`);
  }

  /** The field as a template; undefined when the state has no such field. `allows` names what `$states` holds there. */
  template(field: string, allows: 'result' | 'errorOutput' | 'neither' = 'neither'): Template | undefined {
    return this.templateOf(this.raw[field], field, allows);
  }

  templateOf(
    value: unknown,
    field: string,
    allows: 'result' | 'errorOutput' | 'neither' = 'neither',
  ): Template | undefined {
    if (value === undefined) return undefined;
    const template = parseTemplate(value, field, (problem) =>
      this.error('INVALID_JSONATA_EXPRESSION', problem.message, problem.location),
    );
    for (const { expression, location } of template.expressions) {
      for (const name of findTopLevelNames(expression.tree)) {
        this.error(
          'UNSUPPORTED_JSONATA_EXPRESSION',
          `Reference to '${name}' at the top level is not supported.`,
          location,
        );
      }
      if (findVariableNames(expression.tree).has('$')) {
        this.error('UNSUPPORTED_JSONATA_EXPRESSION', "Reference to '$$' is not supported.", location);
      }
      for (const member of ['result', 'errorOutput'] as const) {
        if (member !== allows && new RegExp(`\\$states\\.${member}\\b`).test(expression.source)) {
          this.error(
            'UNSUPPORTED_JSONATA_EXPRESSION',
            `Reference to '$states.${member}' is not supported in this field.`,
            location,
          );
        }
      }
    }
    return template;
  }

  text(field: string): string {
    const value = this.raw[field];
    if (typeof value === 'string') return value;
    this.error(
      'SCHEMA_VALIDATION_FAILED',
      value === undefined ? `Missing required field '${field}'` : 'Expected value of type [STRING]',
      value === undefined ? undefined : field,
    );
    return '';
  }

  /** A field that takes a whole number of at least `minimum`, or an expression. */
  number(field: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): Template | undefined {
    const value = this.raw[field];
    const isExpression = typeof value === 'string' && findExpressionSource(value) !== undefined;
    if (value !== undefined && !isExpression && !isWithin(value, minimum, maximum)) {
      this.error(
        'SCHEMA_VALIDATION_FAILED',
        `Expected a number from ${minimum} to ${maximum} or a JSONata expression`,
        field,
      );
    }
    return this.template(field);
  }

  flow(allows: 'result' | 'neither' = 'neither'): Flow {
    return this.flowOf(this.raw, '', allows);
  }

  flowOf(raw: RawObject, prefix: string, allows: 'result' | 'errorOutput' | 'neither'): Flow {
    if (raw.Assign !== undefined && !isRawObject(raw.Assign)) {
      this.error('SCHEMA_VALIDATION_FAILED', 'Expected value of type [OBJECT]', `${prefix}Assign`);
    }
    for (const name of Object.keys(isRawObject(raw.Assign) ? raw.Assign : {})) {
      if (!/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name) || name.length > 80 || name === 'states') {
        this.error('SCHEMA_VALIDATION_FAILED', `'${name}' is not a valid variable name`, `${prefix}Assign`);
      }
    }
    return defined({
      output: this.templateOf(raw.Output, `${prefix}Output`, allows),
      assign: this.templateOf(raw.Assign, `${prefix}Assign`, allows),
    });
  }

  /** `Next`, or undefined for `End: true`; exactly one of them must be there. */
  next(): string | undefined {
    const { Next: next, End: end } = this.raw;
    if (typeof next === 'string' && end === undefined) return next;
    if (end === true && next === undefined) return undefined;
    this.error('SCHEMA_VALIDATION_FAILED', "Exactly one of the fields 'Next' and 'End: true' is required");
    return undefined;
  }

  objects(field: string, isRequired = false): RawObject[] {
    const value = this.raw[field];
    if (value === undefined && !isRequired) return [];
    if (Array.isArray(value) && value.every(isRawObject) && (value.length > 0 || !isRequired)) return value;
    this.error('SCHEMA_VALIDATION_FAILED', 'Expected a list of objects', field);
    return [];
  }

  retriers(): Retrier[] {
    return this.objects('Retry').map((raw, index) => {
      const place = `Retry[${index}]`;
      return {
        errorEquals: this.#errorNames(raw, place, index === this.objects('Retry').length - 1),
        intervalSeconds: this.#limit(raw, 'IntervalSeconds', 1, 1, place),
        maxAttempts: this.#limit(raw, 'MaxAttempts', 3, 0, place),
        backoffRate: this.#limit(raw, 'BackoffRate', 2, 1, place),
        ...(raw.MaxDelaySeconds === undefined
          ? {}
          : { maxDelaySeconds: this.#limit(raw, 'MaxDelaySeconds', 1, 1, place) }),
        jitterStrategy: this.#jitterStrategy(raw, place),
      };
    });
  }

  catchers(): Catcher[] {
    const raws = this.objects('Catch');
    return raws.map((raw, index) => {
      const place = `Catch[${index}]`;
      if (typeof raw.Next !== 'string') this.error('SCHEMA_VALIDATION_FAILED', "Missing required field 'Next'", place);
      return {
        errorEquals: this.#errorNames(raw, place, index === raws.length - 1),
        next: String(raw.Next),
        ...this.flowOf(raw, `${place}/`, 'errorOutput'),
      };
    });
  }

  #errorNames(raw: RawObject, place: string, isLast: boolean): string[] {
    const names = raw.ErrorEquals;
    if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) {
      this.error('SCHEMA_VALIDATION_FAILED', 'Expected a list of at least one error name', `${place}/ErrorEquals`);
      return [];
    }
    if (names.includes('States.ALL') && (names.length > 1 || !isLast)) {
      this.error(
        'SCHEMA_VALIDATION_FAILED',
        'States.ALL must appear alone, and in the last item only',
        `${place}/ErrorEquals`,
      );
    }
    return names;
  }

  #limit(raw: RawObject, field: string, otherwise: number, minimum: number, place: string): number {
    const value = raw[field] ?? otherwise;
    if (isWithin(value, minimum, Number.MAX_SAFE_INTEGER)) return value;
    this.error('SCHEMA_VALIDATION_FAILED', `Expected a number of at least ${minimum}`, `${place}/${field}`);
    return otherwise;
  }

  #jitterStrategy(raw: RawObject, place: string): 'NONE' | 'FULL' {
    const value = raw.JitterStrategy ?? 'NONE';
    if (value === 'NONE' || value === 'FULL') return value;
    this.error(
      'SCHEMA_VALIDATION_FAILED',
      'Value should be one of the following: [FULL, NONE]',
      `${place}/JitterStrategy`,
    );
    return 'NONE';
  }
}

function isWithin(value: unknown, minimum: number, maximum: number): value is number {
  return typeof value === 'number' && value >= minimum && value <= maximum;
}

/** The object without the members that are undefined. */
export function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
