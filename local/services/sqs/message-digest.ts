// The MD5 digests by which clients check that a message was understood.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
import { createHash } from 'node:crypto';
import type { StoredAttribute } from './stored-message.ts';

const stringTransport = 1;
const binaryTransport = 2;

export function digestBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/** Undefined without attributes, as the API leaves it out. */
export function digestAttributes(attributes: Readonly<Record<string, StoredAttribute>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const addWithLength = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { type = '', string, binary = '' } = attributes[name] ?? {};
    addWithLength(Buffer.from(name));
    addWithLength(Buffer.from(type));
    hash.update(Buffer.from([string === undefined ? binaryTransport : stringTransport]));
    addWithLength(string === undefined ? Buffer.from(binary, 'base64') : Buffer.from(string));
  }
  return hash.digest('hex');
}
