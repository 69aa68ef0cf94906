// THE table: everything that starts something here, in the order in which a person would read it.
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Configuration } from '../config/schema.ts';
import type { FunctionName } from '../contracts/functions.ts';
import type { Concern } from './constructs/dead-letters.ts';

/** Workflows that a rule can start: file names below state-machines/. */
export type WorkflowName = 'promote-release';

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
  readonly target: { readonly workflow: WorkflowName } | { readonly function: FunctionName };
  readonly deadLetters: Concern;
}

export interface ScheduleRoute {
  readonly id: string;
  readonly description: string;
  readonly schedule: keyof Configuration['schedules'];
  readonly function: FunctionName;
  readonly deadLetters: Concern;
}

/** Every method is routed: the function itself answers 405, which an HTTP API cannot. */
export const httpRoutes: readonly HttpRoute[] = [{ path: '/webhooks/github', function: 'receive-github-webhook' }];
