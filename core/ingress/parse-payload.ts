// Step 3 of the GitHub ingress: from verified bytes to a payload.
import { AppError } from '../app-error.ts';

export type Payload = Record<string, unknown>;

/** GitHub's payloads nest about 8 deep; whatever is much deeper was made to exhaust a stack. */
const maximumDepth = 100;

/**
 * Parses a body as GitHub sends it: JSON, or a form whose field `payload` is JSON.
 * @throws AppError `InvalidInputError` for everything that is not a JSON object of reasonable depth.
 */
export function parsePayload(body: Uint8Array, contentType: string | undefined): Payload {
  const text = decodeUtf8(body);
  const isForm = contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false;
  const json = isForm ? new URLSearchParams(text).get('payload') : text;
  if (json === null || json.trim().length === 0) throw invalid('the body is empty: send the event as JSON');
  if (measureDepth(json) > maximumDepth) throw invalid(`the body nests deeper than ${maximumDepth} levels`);
  const payload = parseJson(json);
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw invalid('the body must be a JSON object');
  }
  return payload as Payload;
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw invalid('the body is not UTF-8', cause);
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw invalid('the body is not JSON', cause);
  }
}

/** Deepest nesting of brackets outside of strings; looks at characters only, so that no input can make it recurse. */
function measureDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('InvalidInputError', message, { cause });
}
