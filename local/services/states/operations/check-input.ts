// What the API refuses before it does anything.
import { AwsError } from '../../../runtime/service.ts';
import { isTooDeep, type Json } from '../engine/json.ts';

const LARGEST_INPUT_BYTES = 262_144;
const LONGEST_NAME = 80;
const FORBIDDEN_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

export function checkName(name: string): void {
  if (name.length >= 1 && name.length <= LONGEST_NAME && !FORBIDDEN_IN_NAMES.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

export function checkArn(arn: string | undefined, kind: 'stateMachine' | 'execution'): string {
  if (arn && new RegExp(`^arn:[^:]+:states:[^:]+:[^:]*:${kind}:.+`).test(arn)) return arn;
  if (arn && kind === 'execution' && /^arn:[^:]+:states:[^:]+:[^:]*:express:.+/.test(arn)) return arn;
  throw new AwsError('InvalidArn', `Invalid Arn: '${arn ?? ''}' is not the ARN of a ${kind}`);
}

/** The input or output as it was given; throws the error of that name when it is not JSON, or too long. */
export function checkJson(
  text: string,
  code: 'InvalidExecutionInput' | 'InvalidOutput',
  what: 'State Machine Execution Input' | 'Output',
): string {
  if (Buffer.byteLength(text) > LARGEST_INPUT_BYTES) {
    throw new AwsError(code, `Invalid ${what}: it is longer than ${LARGEST_INPUT_BYTES} bytes`);
  }
  try {
    if (isTooDeep(JSON.parse(text) as Json)) throw new Error('it is nested too deeply');
    return text;
  } catch (error) {
    throw new AwsError(code, `Invalid ${what}: '${(error as Error).message}'`);
  }
}
