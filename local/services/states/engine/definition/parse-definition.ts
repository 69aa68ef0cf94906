// Parses a definition in the Amazon States Language, as far as it uses JSONata; anything else is refused.
import { type Diagnostic, Diagnostics } from './diagnostics.ts';
import { parseState } from './parse-state.ts';
import type { State, StateMachine } from './state-machine.ts';
import { isRawObject, type RawObject, StateReader } from './state-reader.ts';

const MACHINE_FIELDS = ['Comment', 'StartAt', 'States'];
const ROOT_FIELDS = [...MACHINE_FIELDS, 'QueryLanguage', 'TimeoutSeconds', 'Version'];
const LONGEST_STATE_NAME = 80;

export interface ParsedDefinition {
  /** Absent when there are errors. */
  readonly machine?: StateMachine;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses and checks a definition. A state without JSONata is an error that names the state: a JSONPath machine must
 * never run as if its paths were not there.
 */
export function parseDefinition(text: string): ParsedDefinition {
  const diagnostics = new Diagnostics();
  const raw = parseJson(text, diagnostics);
  if (!raw) return { diagnostics: diagnostics.found };
  const language = raw.QueryLanguage ?? 'JSONPath';
  if (language !== 'JSONPath' && language !== 'JSONata') {
    diagnostics.error(
      'SCHEMA_VALIDATION_FAILED',
      'Value should be one of the following: [JSONPath, JSONata]',
      '/QueryLanguage',
    );
  }
  const machine = parseMachine(raw, '', { language, diagnostics, isRoot: true });
  const timeout = raw.TimeoutSeconds;
  if (timeout !== undefined && !(Number.isInteger(timeout) && (timeout as number) > 0)) {
    diagnostics.error('SCHEMA_VALIDATION_FAILED', 'Expected a whole number of at least 1', '/TimeoutSeconds');
  }
  if (diagnostics.hasErrors) return { diagnostics: diagnostics.found };
  return {
    machine: timeout === undefined ? machine : { ...machine, timeoutSeconds: timeout as number },
    diagnostics: diagnostics.found,
  };
}

export interface ParsedState {
  /** Absent when there are errors. */
  readonly state?: State;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses one state by itself, or the state of that name of a definition; where it leads need not exist. */
export function parseSingleState(text: string, stateName?: string): ParsedState {
  const diagnostics = new Diagnostics();
  const raw = parseJson(text, diagnostics);
  if (!raw) return { diagnostics: diagnostics.found };
  const isMachine = isRawObject(raw.States);
  const name = stateName ?? (isMachine ? String(raw.StartAt) : 'TestState');
  const rawState = isMachine ? (raw.States as RawObject)[name] : raw;
  const language = (isMachine ? raw.QueryLanguage : undefined) ?? 'JSONPath';
  const state = parseNamedState(name, rawState, isMachine ? `/States/${name}` : '', { language, diagnostics });
  return { ...(state && !diagnostics.hasErrors ? { state } : {}), diagnostics: diagnostics.found };
}

function parseJson(text: string, diagnostics: Diagnostics): RawObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (isRawObject(value)) return value;
    diagnostics.error('INVALID_JSON_DESCRIPTION', 'Expected value of type [OBJECT]', '/');
  } catch (error) {
    diagnostics.error('INVALID_JSON_DESCRIPTION', (error as Error).message, '/');
  }
  return undefined;
}

interface Surroundings {
  readonly language: unknown;
  readonly diagnostics: Diagnostics;
  readonly isRoot?: boolean;
}

function parseMachine(raw: RawObject, location: string, surroundings: Surroundings): StateMachine {
  const { diagnostics } = surroundings;
  for (const field of Object.keys(raw)) {
    if (!(surroundings.isRoot ? ROOT_FIELDS : MACHINE_FIELDS).includes(field)) {
      diagnostics.error('SCHEMA_VALIDATION_FAILED', `Field '${field}' is not supported`, location || '/');
    }
  }
  const states = new Map<string, State>();
  if (!isRawObject(raw.States) || Object.keys(raw.States).length === 0) {
    diagnostics.error('SCHEMA_VALIDATION_FAILED', "Missing required field 'States'", location || '/');
    return { startAt: '', states };
  }
  for (const [name, rawState] of Object.entries(raw.States)) {
    const state = parseNamedState(name, rawState, `${location}/States/${name}`, surroundings);
    if (state) states.set(name, state);
  }
  const startAt = typeof raw.StartAt === 'string' ? raw.StartAt : '';
  checkTransitions(startAt, states, Object.keys(raw.States), location, diagnostics);
  return { startAt, states };
}

function parseNamedState(name: string, raw: unknown, location: string, surroundings: Surroundings): State | undefined {
  const { diagnostics } = surroundings;
  if (!isRawObject(raw)) {
    diagnostics.error('SCHEMA_VALIDATION_FAILED', 'Expected value of type [OBJECT]', location);
    return undefined;
  }
  if (name.length > LONGEST_STATE_NAME) {
    diagnostics.error(
      'SCHEMA_VALIDATION_FAILED',
      `A state name has at most ${LONGEST_STATE_NAME} characters`,
      location,
    );
  }
  const language = raw.QueryLanguage ?? surroundings.language;
  if (language === 'JSONPath') {
    diagnostics.error(
      'UNSUPPORTED_QUERY_LANGUAGE',
      `the state '${name}' uses the query language JSONPath, which does not run here: set "QueryLanguage": "JSONata" on the state machine and rewrite the state`,
      location,
    );
    return undefined;
  }
  const reader = new StateReader(name, raw, location, diagnostics);
  return parseState(reader, (nested, nestedLocation) =>
    parseMachine(isRawObject(nested) ? nested : {}, nestedLocation, { language: surroundings.language, diagnostics }),
  );
}

function checkTransitions(
  startAt: string,
  states: ReadonlyMap<string, State>,
  names: readonly string[],
  location: string,
  diagnostics: Diagnostics,
): void {
  const known = new Set(names);
  const check = (target: string, place: string) => {
    if (!known.has(target)) {
      diagnostics.error('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${target}`, place);
    }
  };
  check(startAt, `${location}/StartAt`);
  const reached = new Set([startAt]);
  for (const [name, state] of states) {
    for (const target of listTargets(state)) {
      check(target, `${location}/States/${name}`);
      reached.add(target);
    }
  }
  for (const name of names) {
    if (!reached.has(name)) {
      diagnostics.error('MISSING_TRANSITION_TARGET', `State "${name}" is not reachable.`, `${location}/States/${name}`);
    }
  }
  const canEnd = [...states.values()].some(
    (state) =>
      state.type === 'Succeed' || state.type === 'Fail' || (state.type !== 'Choice' && state.next === undefined),
  );
  if (!canEnd && states.size === names.length) {
    diagnostics.error('MISSING_END_STATE', 'No terminal state: one state must be an end state', `${location}/States`);
  }
}

function listTargets(state: State): string[] {
  const targets = [...(state.catch ?? []).map(({ next }) => next)];
  if (state.next !== undefined) targets.push(state.next);
  if (state.type === 'Choice') {
    targets.push(...state.choices.map(({ next }) => next));
    if (state.default !== undefined) targets.push(state.default);
  }
  return targets;
}
