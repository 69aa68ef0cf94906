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
  region: string,
  credentials: AwsCredentials,
  now: Date,
): Promise<string> {
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: NodeSha256, applyChecksum: false });
  const hostname = `sts.${region}.amazonaws.com`;
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: hostname, 'x-k8s-aws-id': clusterName },
  };
  const { query = {} } = await signer.presign(request, { expiresIn: expiresInSeconds, signingDate: now });
  const url = new URL(`https://${hostname}/`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return `k8s-aws-v1.${Buffer.from(url.href.replaceAll('+', '%20')).toString('base64url')}`;
}

/** The role's credentials, as Lambda puts them into the environment. */
export function readCredentials(): AwsCredentials {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: token } = process.env;
  if (!id || !key) throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing: Lambda sets them');
  return { accessKeyId: id, secretAccessKey: key, ...(token ? { sessionToken: token } : {}) };
}
