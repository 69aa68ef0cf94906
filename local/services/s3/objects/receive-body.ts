// Takes in the body of a request: to a file, checked against what the client said about it.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { AwsError } from '../../../runtime/service.ts';
import type { BodyFiles, Segment } from './body-files.ts';
import {
  type Checksum,
  type ChecksumAlgorithm,
  createDigest,
  DEFAULT_ALGORITHM,
  findAlgorithm,
  findGivenChecksum,
} from './checksum.ts';

export interface ReceivedBody {
  readonly segment: Segment;
  readonly md5: Buffer;
  readonly checksum: Checksum;
}

interface BodyInput {
  readonly Body?: unknown;
  readonly ContentLength?: number | undefined;
  readonly ContentMD5?: string | undefined;
}

const LARGEST_BODY_BYTES = 5 * 1024 ** 3;

/**
 * Stores the body durably. Throws `BadDigest`, `InvalidDigest`, `IncompleteBody` or `EntityTooLarge`, and leaves nothing then.
 * `algorithm` is the one to use when the request names none.
 */
export async function receiveBody(
  bodies: BodyFiles,
  input: BodyInput,
  algorithm: ChecksumAlgorithm = DEFAULT_ALGORITHM,
): Promise<ReceivedBody> {
  if ((input.ContentLength ?? 0) > LARGEST_BODY_BYTES) throw tooLarge();
  const used = findAlgorithm(input) ?? algorithm;
  const md5 = createHash('md5');
  const digest = createDigest(used);
  const segment = await bodies.write(limit(openBody(input.Body)), [md5, digest]);
  const received = {
    segment,
    md5: md5.digest(),
    checksum: { algorithm: used, value: digest.digest().toString('base64'), type: 'FULL_OBJECT' } as const,
  };
  try {
    checkBody(input, received);
  } catch (error) {
    await bodies.remove([segment]);
    throw error;
  }
  return received;
}

/** Streams what the SDK takes for a body: nothing, text, bytes or a stream. */
function openBody(body: unknown): AsyncIterable<Uint8Array> {
  if (body === undefined || body === null) return Readable.from([]);
  if (typeof body === 'string' || body instanceof Uint8Array) return Readable.from([Buffer.from(body)]);
  return body as AsyncIterable<Uint8Array>;
}

async function* limit(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw tooLarge();
    yield chunk;
  }
}

function checkBody(input: BodyInput, { segment, md5, checksum }: ReceivedBody): void {
  if (input.ContentLength !== undefined && input.ContentLength !== segment.size) {
    throw new AwsError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  }
  if (input.ContentMD5 !== undefined) checkMd5(input.ContentMD5, md5);
  const { algorithm, value } = checksum;
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
  const trailers = (input.Body as { trailers?: Record<string, string> } | undefined)?.trailers;
  const given = findGivenChecksum(input, algorithm) ?? trailers?.[header];
  if (given === undefined || given === value) return;
  if (Buffer.from(given, 'base64').length !== Buffer.from(value, 'base64').length) {
    throw new AwsError('InvalidRequest', `Value for ${header} header is invalid.`);
  }
  throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

function checkMd5(given: string, md5: Buffer): void {
  const expected = Buffer.from(given, 'base64');
  if (expected.length !== md5.length) {
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  if (!expected.equals(md5)) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}

function tooLarge(): AwsError {
  return new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    details: { MaxSizeAllowed: LARGEST_BODY_BYTES },
  });
}
