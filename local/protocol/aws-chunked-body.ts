// Decodes the aws-chunked content encoding as it streams by.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../runtime/service.ts';

const LONGEST_LINE_BYTES = 16 * 1024;

/** The decoded body; once it has ended, `trailers` holds the trailing headers (checksums), their names in lower case. */
export class AwsChunkedBody extends Transform {
  readonly trailers: Record<string, string> = {};
  /** What is expected next: a chunk's size line, its data, the line end after it, or the trailers. */
  #expects: 'size' | 'data' | 'data-end' | 'trailer' | 'nothing' = 'size';
  #line = '';
  #remaining = 0;

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#decode(bytes);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const isComplete = this.#expects === 'nothing' || (this.#expects === 'trailer' && this.#line === '');
    done(isComplete ? null : new AwsError('IncompleteBody', 'The request body terminated unexpectedly'));
  }

  #decode(bytes: Buffer): void {
    let position = 0;
    while (position < bytes.length) {
      if (this.#expects === 'nothing') return;
      if (this.#expects === 'data') {
        const end = Math.min(position + this.#remaining, bytes.length);
        this.push(bytes.subarray(position, end));
        this.#remaining -= end - position;
        position = end;
        if (this.#remaining === 0) this.#expects = 'data-end';
        continue;
      }
      const lineEnd = bytes.indexOf(0x0a, position);
      const end = lineEnd === -1 ? bytes.length : lineEnd + 1;
      this.#line += bytes.toString('latin1', position, end);
      position = end;
      if (this.#line.length > LONGEST_LINE_BYTES) throw malformed();
      if (lineEnd === -1) return;
      const line = this.#line.trimEnd();
      this.#line = '';
      this.#takeLine(line);
    }
  }

  #takeLine(line: string): void {
    if (this.#expects === 'data-end') {
      if (line !== '') throw malformed();
      this.#expects = 'size';
    } else if (this.#expects === 'size') {
      const [size = ''] = line.split(';');
      if (!/^[0-9a-fA-F]+$/.test(size)) throw malformed();
      this.#remaining = Number.parseInt(size, 16);
      this.#expects = this.#remaining === 0 ? 'trailer' : 'data';
    } else if (line === '') {
      this.#expects = 'nothing';
    } else {
      const colon = line.indexOf(':');
      if (colon < 1) throw malformed();
      this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    }
  }
}

function malformed(): AwsError {
  return new AwsError('InvalidRequest', 'The aws-chunked body is malformed');
}
