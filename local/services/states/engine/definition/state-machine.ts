// A definition in the Amazon States Language as the engine runs it: checked, and with its expressions parsed.
// https://states-language.net/spec.html
import type { Template } from '../expression/template.ts';

export interface StateMachine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  readonly timeoutSeconds?: number;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;
export type StateType = State['type'];

/** What to give on and what to remember when a state is left. */
export interface Flow {
  readonly output?: Template;
  readonly assign?: Template;
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds?: number;
  readonly jitterStrategy: 'NONE' | 'FULL';
}

export interface Catcher extends Flow {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

interface CommonState extends Flow {
  readonly name: string;
  /** Absent on an end state, and on a Choice. */
  readonly next?: string;
  readonly arguments?: Template;
  readonly retry?: readonly Retrier[];
  readonly catch?: readonly Catcher[];
}

export interface PassState extends CommonState {
  readonly type: 'Pass';
}

export interface TaskState extends CommonState {
  readonly type: 'Task';
  readonly resource: string;
  readonly timeoutSeconds?: Template;
  readonly heartbeatSeconds?: Template;
  /** `Credentials`: whose role makes the call. */
  readonly credentials?: Template;
}

export interface ChoiceState extends CommonState {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
  readonly default?: string;
}

export interface ChoiceRule extends Flow {
  readonly condition: Template;
  readonly next: string;
}

export interface WaitState extends CommonState {
  readonly type: 'Wait';
  readonly seconds?: Template;
  readonly timestamp?: Template;
}

export interface SucceedState extends CommonState {
  readonly type: 'Succeed';
}

export interface FailState extends CommonState {
  readonly type: 'Fail';
  readonly error?: Template;
  readonly failureCause?: Template;
}

export interface ParallelState extends CommonState {
  readonly type: 'Parallel';
  readonly branches: readonly StateMachine[];
}

export interface MapState extends CommonState {
  readonly type: 'Map';
  readonly isDistributed: boolean;
  readonly processor: StateMachine;
  readonly label?: string;
  readonly items?: Template;
  readonly itemSelector?: Template;
  readonly maxConcurrency?: Template;
  readonly toleratedFailureCount?: Template;
  readonly toleratedFailurePercentage?: Template;
  readonly itemBatcher?: ItemBatcher;
  readonly itemReader?: ItemReader;
  readonly resultWriter?: ResultWriter;
}

export interface ItemBatcher {
  readonly maxItemsPerBatch?: Template;
  readonly maxInputBytesPerBatch?: Template;
  readonly batchInput?: Template;
}

export interface ItemReader {
  readonly resource: string;
  readonly arguments?: Template;
  readonly inputType?: string;
  readonly csvHeaderLocation?: string;
  readonly csvHeaders?: readonly string[];
  readonly csvDelimiter?: string;
  readonly maxItems?: Template;
}

export interface ResultWriter {
  readonly resource?: string;
  readonly arguments?: Template;
  readonly transformation?: string;
  readonly outputType?: string;
}
