// Signatures as the SDK's own signer makes them.
import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { verifySignature } from '../../../local/protocol/verify-signature.ts';
import type { WireRequest } from '../../../local/protocol/wire.ts';

const credentials = { accessKeyId: 'ASIALOCALEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

/** What the signer asks of a hash, by Node's own. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
  reset(): void {}
}

interface Unsigned {
  readonly method: string;
  /** Percent-encoded, as it goes over the wire. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function sign(service: string, request: Unsigned, isPresigned = false): Promise<WireRequest> {
  const signer = new SignatureV4({
    service,
    region: 'eu-west-1',
    credentials,
    sha256: Sha256 as never,
    uriEscapePath: service !== 's3',
  });
  const { method, path, query = {}, headers = {}, body = '' } = request;
  const unsigned = {
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query,
    headers: { host: '127.0.0.1:4566', ...headers },
    ...(body && { body }),
  };
  const signed = isPresigned ? await signer.presign(unsigned, { expiresIn: 60 }) : await signer.sign(unsigned);
  const lowerCased = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method,
    path,
    query: new URLSearchParams(signed.query as Record<string, string>),
    headers: Object.fromEntries(lowerCased),
    requestId: 'r',
    readRawBody: async () => Buffer.from(body),
    readBody: async () => Buffer.from(body),
    openBody: () => Readable.from([body]),
  };
}

const post: Unsigned = {
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
  body: '{"TableName":"t"}',
};

describe('a signature', () => {
  it('by the secret of the key is taken, whatever path, query, headers and body it covers', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const segment = text.map((value) => encodeURIComponent(value));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('s3', 'lambda', 'dynamodb'),
        fc.boolean(),
        fc.array(segment, { maxLength: 4 }),
        fc.dictionary(
          text.filter((name) => name !== '' && !/^x-amz-/i.test(name)),
          text,
          { maxKeys: 4 },
        ),
        text,
        async (service, isPresigned, segments, query, body) => {
          const request = { method: 'PUT', path: `/${segments.join('/')}`, query, body };
          const headers = {
            'x-amz-meta-a': '  b   c ',
            ...(service === 's3' && isPresigned && { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }),
          };
          const signed = await sign(service, { ...request, headers }, isPresigned);
          await verifySignature(signed, service, credentials.secretAccessKey);
        },
      ),
    );
  });

  it('by another secret is refused', async () => {
    await expect(verifySignature(await sign('dynamodb', post), 'dynamodb', 'another')).rejects.toMatchObject({
      code: 'InvalidSignatureException',
      status: 400,
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    });
    const get = await sign('s3', { method: 'GET', path: '/bucket/key' });
    await expect(verifySignature(get, 's3', 'another')).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
  });

  const changes: Record<string, (signed: WireRequest) => WireRequest> = {
    method: (signed) => ({ ...signed, method: 'PUT' }),
    path: (signed) => ({ ...signed, path: '/other' }),
    query: (signed) => ({ ...signed, query: new URLSearchParams({ a: 'b' }) }),
    'signed header': (signed) => ({
      ...signed,
      headers: { ...signed.headers, 'x-amz-target': 'DynamoDB_20120810.DeleteItem' },
    }),
    body: (signed) => ({ ...signed, readRawBody: async () => Buffer.from('{"TableName":"u"}') }),
    signature: (signed) => ({
      ...signed,
      headers: { ...signed.headers, authorization: `${signed.headers.authorization}0` },
    }),
  };
  it.each(Object.keys(changes))('does not cover another %s', async (what) => {
    const changed = changes[what]!(await sign('dynamodb', post));
    await expect(verifySignature(changed, 'dynamodb', credentials.secretAccessKey)).rejects.toMatchObject({
      code: 'InvalidSignatureException',
    });
  });
});
