// THE table of the recovery region: everything that starts something there.
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Configuration } from '../../config/schema.ts';
import { approvalPattern } from '../../contracts/events/approval.ts';
import { buildCutOffPattern } from '../../contracts/events/execution.ts';
import { moveEndedPattern, recoveryPattern } from '../../contracts/events/recovery.ts';
import { approvalPressedPattern } from '../../contracts/events/slack.ts';
import type { RecoveryFunctionName } from '../../contracts/recovery-region-functions.ts';

/** Workflows of the recovery region: file names below state-machines/. */
export const recoveryWorkflowNames = ['recovery-drill', 'fail-over', 'fence-home'] as const;
export type RecoveryWorkflowName = (typeof recoveryWorkflowNames)[number];

export interface RecoveryRoute {
  readonly id: string;
  readonly description: string;
  readonly pattern: EventPattern;
  /** Whether AWS services speak of it: they do so on the account's default bus. */
  readonly fromAws?: boolean;
  readonly target: { readonly workflow: RecoveryWorkflowName } | { readonly function: RecoveryFunctionName };
}

/** What people need while the primary region does not answer; the commands of the command line invoke functions themselves. */
export const recoveryHttpRoutes: readonly { readonly path: string; readonly function: RecoveryFunctionName }[] = [
  { path: '/webhooks/slack', function: 'receive-slack-interaction' },
];

/** `arnOf` gives those of the workflows. */
export function buildRecoveryRoutes(
  { application }: Pick<Configuration, 'application'>,
  arnOf: (name: RecoveryWorkflowName) => string,
): readonly RecoveryRoute[] {
  return [
    {
      id: 'cut-off-drill-sweeps',
      description: 'What a drill that was cut off has left behind is swept away',
      // One that failed has swept by itself.
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [arnOf('recovery-drill')], status: ['ABORTED', 'TIMED_OUT'] },
      },
      fromAws: true,
      target: { workflow: 'recovery-drill' },
    },
    {
      id: 'cut-off-fail-overs',
      description: 'A fail-over that was cut off is taken back, or brought to its end after the switch',
      // One that has failed by a name of ours holds nothing any more, unless its fence could not be lifted: then it is tried again.
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [arnOf('fail-over')], status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
      },
      fromAws: true,
      target: { workflow: 'fail-over' },
    },
    {
      id: 'move-ended-fences',
      description:
        'Databases that a fail-over has left behind without reaching them are fenced when they can be reached',
      pattern: moveEndedPattern,
      target: { workflow: 'fence-home' },
    },
    {
      id: 'cut-off-fencing-goes-on',
      description: 'A fencing that was cut off, or that has waited for hours, goes on',
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [arnOf('fence-home')], status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
      },
      fromAws: true,
      target: { workflow: 'fence-home' },
    },
    {
      id: 'recovery-notifies',
      description: 'What becomes of drills and fail-overs is told to people',
      pattern: recoveryPattern,
      target: { function: 'notify' },
    },
    {
      id: 'slack-decides',
      description: 'A button that a person presses in Slack is an answer to what was asked',
      pattern: approvalPressedPattern,
      target: { function: 'decide-approval' },
    },
    {
      id: 'cut-off-withdraws',
      description: 'What an execution asked of people is closed when it ends without their answer',
      pattern: buildCutOffPattern(application),
      fromAws: true,
      target: { function: 'decide-approval' },
    },
    {
      id: 'approval-notifies',
      description: 'What is asked of people, and what they answer, is told to people',
      pattern: approvalPattern,
      target: { function: 'notify' },
    },
    {
      id: 'everything-is-recorded',
      description: 'Every event enters the index that answers what caused what',
      pattern: { version: ['0'] },
      target: { function: 'record-event' },
    },
  ];
}

/** Functions that rules invoke, which is asynchronously. */
export function listRecoveryTargets(configuration: Pick<Configuration, 'application'>): RecoveryFunctionName[] {
  return buildRecoveryRoutes(configuration, (name) => name).flatMap(({ target }) =>
    'function' in target ? [target.function] : [],
  );
}

export const recoverySchedules: readonly {
  readonly id: string;
  readonly description: string;
  readonly schedule: keyof Configuration['schedules'];
  readonly target: { readonly workflow: RecoveryWorkflowName };
}[] = [
  {
    id: 'recovery-drill',
    description: 'A recovery is tried in the recovery region, every month',
    schedule: 'recoveryDrill',
    target: { workflow: 'recovery-drill' },
  },
];
