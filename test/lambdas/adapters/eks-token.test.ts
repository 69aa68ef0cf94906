// Tests of EKS tokens: what a cluster checks of them, and a signature that was worked out by hand.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createEksToken } from '../../../lambdas/adapters/eks-token.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session/+=' };
const now = new Date('2026-11-23T20:00:00Z');
const decode = (token: string) => Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

describe.each([
  ['https://sts.eu-central-1.amazonaws.com', 'sts.eu-central-1.amazonaws.com'],
  ['http://127.0.0.1:4566', '127.0.0.1:4566'],
])('a token by %s', (endpoint, host) => {
  const create = async () =>
    await createEksToken('pyairtable-dev', { region: 'eu-central-1', endpoint }, credentials, now);

  it('is a presigned question to STS that names the cluster', async () => {
    const token = await create();
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    const url = new URL(decode(token));
    expect(url.host).toBe(host);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Expires': '60',
      'X-Amz-Date': '20261123T200000Z',
      'X-Amz-Security-Token': 'session/+=',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    });
  });

  it('is signed as Signature Version 4 asks', async () => {
    const url = decode(await create());
    const signature = new URL(url).searchParams.get('X-Amz-Signature');
    const parameters =
      url
        .split('?')[1]
        ?.split('&')
        .filter((part) => !part.startsWith('X-Amz-Signature=')) ?? [];
    const canonicalQuery = parameters
      .map((part) =>
        part
          .split('=')
          .map((text) => encodeURIComponent(decodeURIComponent(text)))
          .join('='),
      )
      .toSorted()
      .join('&');
    const canonical = [
      'GET',
      '/',
      canonicalQuery,
      `host:${host}`,
      'x-k8s-aws-id:pyairtable-dev',
      '',
      'host;x-k8s-aws-id',
      sha256(''),
    ].join('\n');
    const scope = '20261123/eu-central-1/sts/aws4_request';
    const toSign = ['AWS4-HMAC-SHA256', '20261123T200000Z', scope, sha256(canonical)].join('\n');
    const key = ['20261123', 'eu-central-1', 'sts', 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4secret');
    expect(signature).toBe(hmac(key, toSign).toString('hex'));
  });
});
