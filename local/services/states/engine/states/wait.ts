// Wait: goes on after so many seconds, or at a moment.
import type { WaitState } from '../definition/state-machine.ts';
import { EvaluationFailure } from '../expression/evaluator.ts';
import type { Json } from '../json.ts';
import type { StateOutcome } from '../state-runners.ts';
import type { Thread } from '../thread.ts';

const LONGEST_WAIT_SECONDS = 99_999_999;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

interface WaitProgress {
  readonly untilMilliseconds: number;
}

export async function runWait(state: WaitState, thread: Thread): Promise<StateOutcome> {
  let progress = thread.progress as WaitProgress | undefined;
  if (!progress) {
    progress = { untilMilliseconds: await evaluateEnd(state, thread) };
    thread.save({ progress });
  }
  await thread.flush();
  await thread.sleepUntil(progress.untilMilliseconds);
  return {};
}

async function evaluateEnd(state: WaitState, thread: Thread): Promise<number> {
  if (state.timestamp) return parseTimestamp(await thread.evaluateOne(state.timestamp));
  const seconds = state.seconds ? await thread.evaluateOne(state.seconds) : 0;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > LONGEST_WAIT_SECONDS) {
    throw new EvaluationFailure(
      'Seconds',
      `The field 'Seconds' must evaluate to a whole number from 0 to ${LONGEST_WAIT_SECONDS}, but was: ${JSON.stringify(seconds)}`,
    );
  }
  return thread.checkpoint.enteredAtMilliseconds + seconds * 1000;
}

function parseTimestamp(value: Json): number {
  const moment = typeof value === 'string' && TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new EvaluationFailure(
    'Timestamp',
    `The field 'Timestamp' must evaluate to a timestamp such as 2024-08-18T17:33:00Z, but was: ${JSON.stringify(value)}`,
  );
}
