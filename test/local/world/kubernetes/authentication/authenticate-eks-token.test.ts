import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEksAuthenticator } from '../../../../../local/world/kubernetes/authentication/authenticate-eks-token.ts';
import type { Authenticate } from '../../../../../local/world/kubernetes/authentication/user.ts';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);
const roleArn = 'arn:aws:iam::123456789012:role/automation/deployer';
const answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:sts::123456789012:assumed-role/automation/deployer/session</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;

let sts: Server;
let endpoint: string;
let requests: IncomingMessage[] = [];
let status = 200;
let authenticate: Authenticate;

beforeAll(async () => {
  sts = createServer((request, response) => {
    requests.push(request);
    response.writeHead(status, { 'content-type': 'text/xml' }).end(status === 200 ? answer : '<ErrorResponse/>');
  });
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
  authenticate = createEksAuthenticator({
    clusterName: 'live',
    allowedEndpoints: [endpoint],
    findAccessEntry: (arn) => (arn === roleArn ? { username: arn, groups: ['deployers'] } : undefined),
    now: () => now,
  });
});
afterAll(() => void sts.close());
beforeEach(() => {
  requests = [];
  status = 200;
});

function buildToken(changes: Record<string, string | undefined> = {}, base = endpoint): string {
  const parameters: Record<string, string | undefined> = {
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIA/20261123/us-east-1/sts/aws4_request',
    'X-Amz-Date': '20261123T115900Z',
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    'X-Amz-Signature': 'abc',
    ...changes,
  };
  const query = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return `k8s-aws-v1.${Buffer.from(`${base}/?${query.join('&')}`).toString('base64url')}`;
}

describe('an EKS token', () => {
  it('is exchanged at STS, with the cluster named, for the access entry of the role', async () => {
    expect(await authenticate(buildToken())).toEqual({ username: roleArn, groups: ['deployers'] });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['x-k8s-aws-id']).toBe('live');
    expect(requests[0]?.url).toContain('Action=GetCallerIdentity');
  });

  it.each([
    ['of another scheme', () => 'k8s-aws-v2.abc'],
    ['that is no URL', () => `k8s-aws-v1.${Buffer.from('nonsense').toString('base64url')}`],
    ['for another host', () => buildToken({}, 'http://127.0.0.1:1')],
    ['for a host that only looks like STS', () => buildToken({}, 'https://sts.amazonaws.com.example.org')],
    ['for another path', () => buildToken({}, `${endpoint}/other`)],
    ['with a user in the URL', () => buildToken({}, endpoint.replace('http://', 'http://user@'))],
    ['for another action', () => buildToken({ Action: 'AssumeRole' })],
    ['with a parameter of its own', () => buildToken({ RoleArn: 'x' })],
    ['that does not sign the cluster name', () => buildToken({ 'X-Amz-SignedHeaders': 'host' })],
    ['signed more than 15 minutes ago', () => buildToken({ 'X-Amz-Date': '20261123T114459Z' })],
    ['signed in the future', () => buildToken({ 'X-Amz-Date': '20261123T121000Z' })],
    ['without a date', () => buildToken({ 'X-Amz-Date': undefined })],
    ['valid for too long', () => buildToken({ 'X-Amz-Expires': '901' })],
  ])('%s is not accepted, and nobody is called', async (_what, build) => {
    expect(await authenticate(build())).toBeUndefined();
    expect(requests).toHaveLength(0);
  });

  it('that STS refuses is not accepted; that STS fails on is an error', async () => {
    status = 403;
    expect(await authenticate(buildToken())).toBeUndefined();
    status = 500;
    await expect(authenticate(buildToken())).rejects.toThrow('sts answered 500');
  });
});
