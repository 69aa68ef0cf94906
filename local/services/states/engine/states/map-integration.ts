// The calls that a distributed Map makes by itself, to read its items and to write its results.
import type { Json, JsonObject } from '../json.ts';
import { createTaskToken } from '../task-token.ts';
import type { Thread } from '../thread.ts';

/** Calls an integration as the machine's role. Throws StateFailure. */
export async function callIntegration(resource: string, args: Json, thread: Thread): Promise<JsonObject> {
  const { run, path } = thread;
  const abort = new AbortController();
  const removeListener = thread.scope.onCancel((cancellation) => abort.abort(cancellation));
  try {
    const answer = await run.engine.invokeTask(resource, args, {
      taskToken: createTaskToken(run.description.arn, path),
      signal: abort.signal,
      roleArn: run.description.roleArn,
      execution: run.description,
      submitted: undefined,
      submit: () => Promise.resolve(),
      heartbeat: () => undefined,
      idle: (waiting) => run.engine.meter.idle(waiting),
    });
    thread.scope.check();
    return (answer ?? {}) as JsonObject;
  } finally {
    removeListener();
  }
}
