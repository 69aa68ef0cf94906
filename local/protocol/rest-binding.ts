// Binds members of inputs and outputs to labels, query, headers and payload: https://smithy.io/2.0/spec/http-bindings.html
import { AwsError } from '../runtime/service.ts';
import type { RouteMatch } from './rest-router.ts';
import type { Member, ScalarShape, Shape, StructureShape } from './shape.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';
import type { WireRequest } from './wire.ts';
import { readText } from './xml-codec.ts';

/** Members that no HTTP trait takes elsewhere: they make up the document in the body. */
export function isInDocument({ traits }: Member): boolean {
  return !(
    traits.httpLabel ||
    traits.httpQuery ||
    traits.httpQueryParams ||
    traits.httpHeader ||
    traits.httpPrefixHeaders !== undefined ||
    traits.httpPayload ||
    traits.httpResponseCode
  );
}

/** The structure reduced to the members of its document. */
export function pickDocument(shape: StructureShape): StructureShape {
  return { ...shape, members: shape.members.filter(isInDocument) };
}

/** All of an input that is not in the body. Throws AwsError for a value of the wrong type. */
export function readBoundMembers(
  shape: StructureShape,
  match: RouteMatch,
  request: WireRequest,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { name, shape: memberShape, traits } of shape.members) {
    const value = traits.httpLabel
      ? readLabel(memberShape, match.labels[name])
      : traits.httpQuery
        ? readQuery(memberShape, request.query.getAll(traits.httpQuery))
        : traits.httpQueryParams
          ? readQueryParameters(memberShape, request.query, shape)
          : traits.httpHeader
            ? readHeader(memberShape, traits.httpHeader, request)
            : traits.httpPrefixHeaders !== undefined
              ? readPrefixHeaders(traits.httpPrefixHeaders, request)
              : undefined;
    if (value !== undefined) input[name] = value;
  }
  return input;
}

function readLabel(shape: Shape, text: string | undefined): unknown {
  return text === undefined ? undefined : readTyped(shape as ScalarShape, text);
}

function readQuery(shape: Shape, texts: readonly string[]): unknown {
  const first = texts[0];
  if (first === undefined) return undefined;
  if (shape.kind === 'list') return texts.map((text) => readTyped(shape.item.shape as ScalarShape, text));
  return readTyped(shape as ScalarShape, first);
}

function readQueryParameters(shape: Shape, query: URLSearchParams, input: StructureShape): unknown {
  const taken = new Set(input.members.map(({ traits }) => traits.httpQuery));
  const result: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    if (taken.has(name) || shape.kind !== 'map') continue;
    const texts = query.getAll(name);
    result[name] = shape.value.shape.kind === 'list' ? texts : texts[0];
  }
  return result;
}

function readHeader(shape: Shape, header: string, request: WireRequest): unknown {
  const name = header.toLowerCase();
  const text = name === 'content-length' ? findBodyLength(request) : request.headers[name]?.toString();
  if (text === undefined) return undefined;
  // The encoding of the transfer is not the object's own.
  if (name === 'content-encoding') return stripAwsChunked(text) || undefined;
  if (shape.kind === 'list') return splitList(text).map((item) => readTyped(shape.item.shape as ScalarShape, item));
  return readTyped(shape as ScalarShape, text);
}

/** Of the decoded body, when the transfer has an encoding of its own. */
function findBodyLength({ headers }: WireRequest): string | undefined {
  return headers['x-amz-decoded-content-length']?.toString() ?? headers['content-length'];
}

function stripAwsChunked(encodings: string): string {
  return encodings
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== 'aws-chunked' && encoding !== '')
    .join(',');
}

/** Header lists are separated by commas; items with commas are quoted. */
function splitList(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain as string).trim() : quoted.replace(/\\(.)/g, '$1'),
  );
}

function readPrefixHeaders(prefix: string, request: WireRequest): Record<string, string> | undefined {
  const entries = Object.entries(request.headers).filter(([name]) => name.startsWith(prefix.toLowerCase()));
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), String(value)]));
}

function readTyped(shape: ScalarShape, text: string): unknown {
  if (shape.kind === 'timestamp') return parseTimestamp(text);
  const value = readText(shape, text);
  if (shape.kind === 'number' && Number.isNaN(value)) {
    throw new AwsError('InvalidArgument', `"${text}" is not a number`);
  }
  return value;
}

/** The headers of an output, and the status when a member carries it. */
export function writeBoundMembers(
  shape: StructureShape,
  output: Record<string, unknown>,
): { headers: Record<string, string>; status?: number } {
  const headers: Record<string, string> = {};
  let status: number | undefined;
  for (const { name, shape: memberShape, traits } of shape.members) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    if (traits.httpResponseCode) status = Number(value);
    else if (traits.httpHeader) headers[traits.httpHeader.toLowerCase()] = writeHeader(memberShape, value);
    else if (traits.httpPrefixHeaders !== undefined) {
      for (const [key, item] of Object.entries(value)) headers[traits.httpPrefixHeaders + key] = String(item);
    }
  }
  return { headers, ...(status !== undefined && { status }) };
}

function writeHeader(shape: Shape, value: unknown): string {
  if (shape.kind === 'list')
    return Array.from(value as string[], (item) => writeHeader(shape.item.shape, item)).join(',');
  if (shape.kind !== 'timestamp') return String(value);
  return String(formatTimestamp(value, shape.timestampFormat === 'default' ? 'http-date' : shape.timestampFormat));
}
