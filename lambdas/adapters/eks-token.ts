// A bearer token for an EKS cluster: a presigned question to STS who we are, which the cluster asks on our behalf.
import { SignatureV4 } from '@smithy/signature-v4';
import { NodeSha256 } from './node-sha256.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Valid for 15 minutes at the cluster, whatever the signature says; the signature itself for one. */
const expiresInSeconds = 60;

/** @see https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster */
export async function createEksToken(
  clusterName: string,
  sts: { readonly region: string; readonly endpoint: string },
  credentials: AwsCredentials,
  now: Date,
): Promise<string> {
  const { region } = sts;
  const { protocol, hostname, host, port } = new URL(sts.endpoint);
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: NodeSha256, applyChecksum: false });
  const request = {
    method: 'GET',
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, 'x-k8s-aws-id': clusterName },
  };
  const { query = {} } = await signer.presign(request, { expiresIn: expiresInSeconds, signingDate: now });
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return `k8s-aws-v1.${Buffer.from(`${protocol}//${host}/?${parameters.join('&')}`).toString('base64url')}`;
}

/** The regional endpoint, unless AWS's own variables name another one. @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
export function readStsEndpoint(region: string): string {
  const { AWS_ENDPOINT_URL_STS: own, AWS_ENDPOINT_URL: all } = process.env;
  return own || all || `https://sts.${region}.amazonaws.com`;
}

/** The role's credentials, as Lambda puts them into the environment. */
export function readCredentials(): AwsCredentials {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: token } = process.env;
  if (!id || !key) throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing: Lambda sets them');
  return { accessKeyId: id, secretAccessKey: key, ...(token ? { sessionToken: token } : {}) };
}
