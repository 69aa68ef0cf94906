// Which fields each state type has in a JSONata state machine.
// https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
import type { StateType } from './state-machine.ts';

const COMMON = ['Type', 'Comment', 'QueryLanguage'];
const FLOW = ['Output', 'Assign', 'Next', 'End'];
const RECOVERY = ['Retry', 'Catch'];

export const STATE_FIELDS: Readonly<Record<StateType, ReadonlySet<string>>> = {
  Pass: new Set([...COMMON, ...FLOW]),
  Task: new Set([
    ...COMMON,
    ...FLOW,
    ...RECOVERY,
    'Resource',
    'Arguments',
    'TimeoutSeconds',
    'HeartbeatSeconds',
    'Credentials',
  ]),
  Choice: new Set([...COMMON, 'Choices', 'Default', 'Output', 'Assign']),
  Wait: new Set([...COMMON, ...FLOW, 'Seconds', 'Timestamp']),
  Succeed: new Set([...COMMON, 'Output']),
  Fail: new Set([...COMMON, 'Error', 'Cause']),
  Parallel: new Set([...COMMON, ...FLOW, ...RECOVERY, 'Arguments', 'Branches']),
  Map: new Set([
    ...COMMON,
    ...FLOW,
    ...RECOVERY,
    'Items',
    'ItemSelector',
    'ItemBatcher',
    'ItemReader',
    'ItemProcessor',
    'ResultWriter',
    'MaxConcurrency',
    'ToleratedFailureCount',
    'ToleratedFailurePercentage',
    'Label',
  ]),
};

/** Fields that exist, but in the other query language only. */
export const JSONPATH_FIELDS: ReadonlySet<string> = new Set([
  'InputPath',
  'OutputPath',
  'ResultPath',
  'ResultSelector',
  'Parameters',
  'Result',
  'ItemsPath',
  'MaxConcurrencyPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'SecondsPath',
  'TimestampPath',
  'ErrorPath',
  'CausePath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
  'Iterator',
]);
