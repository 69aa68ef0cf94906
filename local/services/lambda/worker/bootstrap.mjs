// The first code of a function's worker process: loads the handler, then answers one invocation after the other over a socket.
// Plain JavaScript, because stripping types would double the time of a cold start.
import { enableCompileCache, flushCompileCache } from 'node:module';
import { captureOutput, setRequestId } from './capture-output.mjs';
import { isolateModules } from './isolate-modules.mjs';
import { loadHandler } from './load-handler.mjs';
import { openChannel } from './open-channel.mjs';
import { setClockOffset } from './virtual-date.mjs';

const settings = JSON.parse(process.env._LOCAL_RUNTIME_SETTINGS);
delete process.env._LOCAL_RUNTIME_SETTINGS;
setClockOffset(settings.clockOffsetMilliseconds);
// Shared with the runtime: a cold start then takes half of its time from the second one on.
if (settings.compileCacheDirectory !== undefined) enableCompileCache(settings.compileCacheDirectory);

const { send, receive } = openChannel();
const writeLine = captureOutput(settings.logFormat, (text) => send({ type: 'log', text }));

/** The invocation under way, if any. */
let current;

function describeError(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  if (typeof error === 'object' && error !== null && typeof error.message === 'string') {
    return { errorType: String(error.name ?? 'Error'), errorMessage: error.message, trace: [] };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function fail(error, done) {
  current = undefined;
  writeLine('ERROR', 'Invoke Error', JSON.stringify({ ...error, stack: error.trace, trace: undefined }));
  send({ type: 'error', error }, done);
}

/** An error that no handler saw ends the process, as it does in Lambda; the invocation under way gets it as its error. */
function failFatally(error, exitCode) {
  if (current) fail(error, () => process.exit(exitCode));
  else process.exit(exitCode);
}

process.on('uncaughtException', (error) => failFatally(describeError(error), 129));
process.on('unhandledRejection', (reason) => {
  const { errorMessage, errorType, trace } = describeError(reason);
  const message = errorType === 'string' ? errorMessage : `${errorType}: ${errorMessage}`;
  failFatally({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: message, trace }, 128);
});

function buildContext(invocation) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: settings.functionName,
    functionVersion: settings.functionVersion,
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: String(settings.memoryMegabytes),
    awsRequestId: invocation.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    identity: undefined,
    clientContext: invocation.clientContext,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
  };
}

function callHandler(handler, event, context) {
  if (handler.length < 3 || settings.hasNoCallbacks) return handler(event, context);
  return new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    if (typeof result?.then === 'function') result.then(resolve, reject);
  });
}

async function invoke(handler, invocation) {
  current = invocation;
  setClockOffset(invocation.clockOffsetMilliseconds);
  setRequestId(invocation.requestId);
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  let payload;
  try {
    const result = await callHandler(handler, JSON.parse(invocation.payload), buildContext(invocation));
    payload = JSON.stringify(result) ?? 'null';
  } catch (error) {
    if (current === invocation) fail(describeError(error));
    return;
  }
  if (current !== invocation) return;
  current = undefined;
  send({ type: 'result', payload, maximumMemoryKilobytes: process.resourceUsage().maxRSS });
}

try {
  isolateModules(settings.taskRoot);
  const handler = await loadHandler(settings.taskRoot, process.env._HANDLER);
  receive((invocation) => invoke(handler, invocation));
  send({ type: 'ready' });
  // Processes of functions are killed, never asked to end.
  flushCompileCache();
} catch (error) {
  const described = describeError(error);
  writeLine('ERROR', 'Uncaught Exception', JSON.stringify({ ...described, stack: described.trace, trace: undefined }));
  send({ type: 'init-error', error: described }, () => process.exit(1));
}
