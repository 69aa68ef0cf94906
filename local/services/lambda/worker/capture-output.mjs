// Sends what the function prints to the runtime, in order with its results; console lines get Lambda's prefix.
// Not imported, which would read all its exports and load what is behind each.
const { formatWithOptions } = process.getBuiltinModule('node:util');

let requestId = 'undefined';

/** Names the invocation that lines belong to from now on. */
export function setRequestId(id) {
  requestId = id;
}

const LEVELS = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
  fatal: 'FATAL',
};

function buildTextLine(level, parameters) {
  const message = formatWithOptions({}, ...parameters).replaceAll('\n', '\r');
  return `${new Date().toISOString()}\t${requestId}\t${level}\t${message}\n`;
}

function buildJsonLine(level, parameters) {
  const message =
    parameters.length === 1 && typeof parameters[0] === 'object' ? parameters[0] : formatWithOptions({}, ...parameters);
  return `${JSON.stringify({ timestamp: new Date().toISOString(), level, requestId, message })}\n`;
}

/** Redirects stdout, stderr and the global console to `emit`. Returns the function that writes a line of a level. */
export function captureOutput(logFormat, emit) {
  const write = (chunk, encoding, done) => {
    emit(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) process.nextTick(callback);
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
  const buildLine = logFormat === 'JSON' ? buildJsonLine : buildTextLine;
  const writeLine = (level, ...parameters) => emit(buildLine(level, parameters));
  const methods = Object.entries(LEVELS).map(([method, level]) => [method, writeLine.bind(undefined, level)]);
  Object.assign(globalThis.console, Object.fromEntries(methods));
  return writeLine;
}
