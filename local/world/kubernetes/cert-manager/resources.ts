// Typed views of cert-manager's resources: the fields that the simulation acts on.
// https://cert-manager.io/docs/reference/api-docs/
import type { Condition, KubernetesObject } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';

export interface IssuerReference {
  name: string;
  kind?: 'Issuer' | 'ClusterIssuer';
  group?: string;
}

export interface Issuer extends KubernetesObject {
  spec: {
    acme?: { server: string };
    ca?: { secretName: string };
    selfSigned?: Record<string, never>;
  };
  status?: { conditions?: Condition[]; acme?: { uri: string } };
}

export interface Certificate extends KubernetesObject {
  spec: {
    secretName: string;
    issuerRef: IssuerReference;
    commonName?: string;
    dnsNames?: string[];
    ipAddresses?: string[];
    /** Go durations such as `2160h`. */
    duration?: string;
    renewBefore?: string;
    isCA?: boolean;
    privateKey?: { algorithm?: 'RSA' | 'ECDSA'; size?: number; rotationPolicy?: 'Always' | 'Never' };
  };
  status?: {
    conditions?: Condition[];
    notBefore?: string;
    notAfter?: string;
    renewalTime?: string;
    revision?: number;
    nextPrivateKeySecretName?: string;
    lastFailureTime?: string;
    failedIssuanceAttempts?: number;
  };
}

export interface CertificateRequest extends KubernetesObject {
  spec: { request: string; issuerRef: IssuerReference; duration?: string; isCA?: boolean; usages?: string[] };
  status?: { conditions?: Condition[]; certificate?: string; ca?: string; failureTime?: string };
}

export interface Order extends KubernetesObject {
  spec: { request: string; issuerRef: IssuerReference; dnsNames: string[] };
  status?: {
    state?: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid' | 'expired' | 'errored';
    url?: string;
    reason?: string;
    certificate?: string;
    failureTime?: string;
  };
}

export interface Challenge extends KubernetesObject {
  spec: { dnsName: string; type: 'DNS-01' | 'HTTP-01'; issuerRef: IssuerReference };
  status?: { state?: 'pending' | 'valid' | 'invalid'; reason?: string; presented?: boolean; processing?: boolean };
}

export interface TlsSecret extends KubernetesObject {
  data?: Record<string, string>;
}

/** Names and values of the annotations by which cert-manager ties its objects together. */
export const annotation = {
  certificateName: 'cert-manager.io/certificate-name',
  revision: 'cert-manager.io/certificate-revision',
  privateKeySecret: 'cert-manager.io/private-key-secret-name',
} as const;

/** The types of the installed definitions. @throws when a definition was removed. */
export function findTypes({
  types,
}: ObjectRegistry): Record<
  'certificates' | 'requests' | 'issuers' | 'clusterIssuers' | 'orders' | 'challenges',
  ResourceType
> {
  const get = (group: string, resource: string): ResourceType => {
    const type = types.findResource(group, resource);
    if (type === undefined) throw new Error(`the cluster has no ${resource}.${group}`);
    return type;
  };
  return {
    certificates: get('cert-manager.io', 'certificates'),
    requests: get('cert-manager.io', 'certificaterequests'),
    issuers: get('cert-manager.io', 'issuers'),
    clusterIssuers: get('cert-manager.io', 'clusterissuers'),
    orders: get('acme.cert-manager.io', 'orders'),
    challenges: get('acme.cert-manager.io', 'challenges'),
  };
}

/** The issuer that a reference means, of the namespace or of the cluster. */
export function findIssuer(
  registry: ObjectRegistry,
  namespace: string,
  { kind = 'Issuer', name }: IssuerReference,
): Issuer | undefined {
  const { issuers, clusterIssuers } = findTypes(registry);
  return kind === 'ClusterIssuer'
    ? registry.find<Issuer>(clusterIssuers, '', name)
    : registry.find<Issuer>(issuers, namespace, name);
}

export function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function decode(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString();
}
