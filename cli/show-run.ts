// How the end of a workflow that was started by hand is shown, by every command that starts one.
import { CommandFailure, type Output } from './output.ts';
import { renderStatus } from './render-status.ts';
import type { StartedExecution } from './run-workflow.ts';

/** @throws CommandFailure with those words when it has ended otherwise than well. */
export function showRun(output: Output, run: StartedExecution, failure: string): void {
  output.show(
    run,
    ({ executionArn, status, outcome, reason }) =>
      `${renderStatus(outcome ?? status)} ${reason ?? ''}\n${executionArn}`,
  );
  if (run.outcome !== undefined && run.outcome !== 'succeeded') throw new CommandFailure(failure);
}
