// What each state type does, by type.
import type { Flow, State } from './definition/state-machine.ts';
import type { Json } from './json.ts';
import { runChoice } from './states/choice.ts';
import { runFail } from './states/fail.ts';
import { runMap } from './states/map.ts';
import { runParallel } from './states/parallel.ts';
import { runPass } from './states/pass.ts';
import { runSucceed } from './states/succeed.ts';
import { runTask } from './states/task.ts';
import { runWait } from './states/wait.ts';
import type { Thread } from './thread.ts';

/** What came of a state, before its Output and Assign. */
export interface StateOutcome {
  /** `$states.result`, where the type has one. */
  readonly result?: Json;
  /** Where a Choice goes; others go to their `Next`. */
  readonly next?: string;
  /** Whose Output and Assign count, if not the state's own. */
  readonly flow?: Flow;
}

export const STATE_RUNNERS = {
  run(state: State, thread: Thread): Promise<StateOutcome> | StateOutcome {
    switch (state.type) {
      case 'Pass':
        return runPass();
      case 'Succeed':
        return runSucceed();
      case 'Fail':
        return runFail(state, thread);
      case 'Wait':
        return runWait(state, thread);
      case 'Choice':
        return runChoice(state, thread);
      case 'Task':
        return runTask(state, thread);
      case 'Parallel':
        return runParallel(state, thread);
      case 'Map':
        return runMap(state, thread);
    }
  },
};
