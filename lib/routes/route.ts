// What a row of the tables of routes says.
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Configuration } from '../../config/schema.ts';
import type { FunctionName } from '../../contracts/functions.ts';
import type { Concern } from '../constructs/dead-letters.ts';
import type { WorkflowName } from './workflow-names.ts';

export interface HttpRoute {
  readonly path: string;
  readonly function: FunctionName;
}

export interface EventRoute {
  /** The rule's construct id and the end of its name. */
  readonly id: string;
  /** What the rule is for, in one sentence. */
  readonly description: string;
  readonly pattern: EventPattern;
  /** Whether AWS services speak of it: they do so on the account's default bus. */
  readonly fromAws?: boolean;
  readonly target: { readonly workflow: WorkflowName } | { readonly function: FunctionName };
  readonly deadLetters: Concern;
}

export interface ScheduleRoute {
  readonly id: string;
  readonly description: string;
  readonly schedule: keyof Configuration['schedules'];
  readonly target: { readonly workflow: WorkflowName } | { readonly function: FunctionName };
  readonly deadLetters: Concern;
}
