// What can become of certificates in the simulated cluster of dev, and what is really served there.
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { CertificateEndpoint } from '../../config/certificates-schema.ts';
import { operatorOf } from '../../local/runtime/service.ts';
import { openAcmeAuthorities } from '../../local/world/acme-authorities.ts';
import { issuerFaultAnnotation } from '../../local/world/kubernetes/cert-manager/issuer-faults.ts';
import {
  type Certificate,
  decode,
  encode,
  findTypes,
  type Issuer,
  type TlsSecret,
} from '../../local/world/kubernetes/cert-manager/resources.ts';
import { createKey, createRequest, type Signer, signRequest } from '../../local/world/kubernetes/cert-manager/x509.ts';
import { secrets } from '../../local/world/kubernetes/resources/built-in-types.ts';
import type { ObjectRegistry } from '../../local/world/kubernetes/storage/object-registry.ts';
import type { TestSystem } from './start-test-system.ts';

const day = 86_400_000;

interface Place {
  readonly endpoint: CertificateEndpoint;
  readonly registry: ObjectRegistry;
  readonly namespace: string;
  readonly certificate: string;
  readonly secret: string;
}

/** Where the certificate of that name of the configuration lies. */
export function locate({ configuration, world }: TestSystem, name: string): Place {
  const endpoint = configuration.certificates.endpoints[name];
  const environment = configuration.environments[endpoint?.environment ?? ''];
  const registry = world.clusters.get(environment?.cluster ?? '')?.registry;
  if (endpoint?.certificate === undefined || environment === undefined || registry === undefined)
    throw new Error(`no cluster holds a certificate ${name}`);
  const { name: certificate, secret = certificate } = endpoint.certificate;
  return { endpoint, registry, namespace: environment.namespace, certificate, secret };
}

export function readCertificate(system: TestSystem, name: string): Certificate {
  const { registry, namespace, certificate } = locate(system, name);
  return registry.get<Certificate>(findTypes(registry).certificates, namespace, certificate);
}

/** `dns`, `rate-limit`, `down`, for this name alone; none mends it. */
export function breakIssuer(system: TestSystem, name: string, fault?: string): void {
  const { registry, namespace, endpoint } = locate(system, name);
  registry.update<Issuer>(findTypes(registry).issuers, namespace, endpoint.issuer, (issuer) => {
    const others = (issuer.metadata.annotations?.[issuerFaultAnnotation] ?? '')
      .split(';')
      .filter((rule) => rule !== '' && !rule.endsWith(`=${endpoint.host}`));
    const rules = fault === undefined ? others : [...others, `${fault}=${endpoint.host}`];
    issuer.metadata.annotations = { ...issuer.metadata.annotations, [issuerFaultAnnotation]: rules.join(';') };
  });
}

/** Puts another certificate of the same issuer into the Secret, valid from and until so many days from now. */
export async function replaceCertificate(
  system: TestSystem,
  name: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const { registry, namespace, secret, endpoint } = locate(system, name);
  const now = system.runtime.context.clock.now();
  const signer = await findSigner(system, name);
  const key = await createKey({ algorithm: 'ECDSA' });
  const request = await createRequest(key, { dnsNames: [endpoint.host], ipAddresses: [] });
  const validity = { notBefore: now + from * day, notAfter: now + to * day };
  const leaf = await signRequest(request, signer, { ...validity, isLogged: true });
  registry.update<TlsSecret>(secrets, namespace, secret, (current) => ({
    ...current,
    data: { ...current.data, 'tls.crt': encode(leaf + signer.certificate), 'tls.key': encode(key) },
  }));
}

async function findSigner(system: TestSystem, name: string): Promise<Signer> {
  const { registry, namespace, endpoint } = locate(system, name);
  const { acme, ca } = registry.get<Issuer>(findTypes(registry).issuers, namespace, endpoint.issuer).spec;
  if (acme !== undefined) {
    const kept = openAcmeAuthorities(join(system.stateDirectory, 'world', 'acme'), Date.now);
    return (await kept(acme.server)).intermediate;
  }
  const { data = {} } = registry.get<TlsSecret>(secrets, namespace, ca?.secretName ?? '');
  return { certificate: decode(data['tls.crt']), key: decode(data['tls.key']) };
}

/** PEM of the leaf in the Secret. */
export function readSecret(system: TestSystem, name: string): string {
  const { registry, namespace, secret } = locate(system, name);
  return (
    decode(registry.get<TlsSecret>(secrets, namespace, secret).data?.['tls.crt']).split(
      /(?<=END CERTIFICATE-----)/,
    )[0] ?? ''
  );
}

/** PEM of the leaf at each address of the name. */
export async function readServed(system: TestSystem, name: string): Promise<string[]> {
  const { host, port } = locate(system, name).endpoint;
  const addresses = system.world.servedNames().get(`${host}:${port}`) ?? [];
  return await Promise.all(addresses.map((address) => readLeaf(address, host)));
}

function readLeaf(address: string, servername: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const [host = '', port] = address.split(':');
  const socket = connect({ host, port: Number(port), servername, rejectUnauthorized: false }, () => {
    resolve(socket.getPeerX509Certificate()?.toString().trim() ?? '');
    socket.destroy();
  });
  socket.on('error', reject);
  return promise;
}

/** Executions of a workflow with their input and how they ended, the oldest first. */
export async function describeExecutions(
  system: TestSystem,
  workflow: string,
): Promise<{ status: string; input: string; output?: string; cause?: string }[]> {
  const { executions } = await system.call<{ executions: { executionArn: string }[] }>('sfn', 'ListExecutions', {
    stateMachineArn: system.deployment.workflowArns[workflow],
  });
  return await Promise.all(
    executions.toReversed().map(({ executionArn }) => system.call<never>('sfn', 'DescribeExecution', { executionArn })),
  );
}

/** Only this schedule goes on, daily at that time: the others would fill the time with rounds that have nothing to do with it. */
export async function keepOnlySchedule(system: TestSystem, name: string, at: number): Promise<void> {
  const { context } = system.runtime;
  const call = <Output extends object>(operation: string, input: object) =>
    context.call<Output>({
      service: 'scheduler',
      operation,
      input,
      principal: operatorOf(context),
      region: system.deployment.region,
    });
  const { Schedules } = await call<{ Schedules: { Name: string }[] }>('ListSchedules', {});
  const time = new Date(at);
  const daily = `cron(${time.getUTCMinutes()} ${time.getUTCHours()} * * ? *)`;
  for (const { Name } of Schedules) {
    const {
      Arn: _a,
      CreationDate: _c,
      LastModificationDate: _l,
      ...schedule
    } = await call<Record<string, unknown>>('GetSchedule', { Name });
    const change = Name.endsWith(name) ? { ScheduleExpression: daily } : { State: 'DISABLED' };
    await call('UpdateSchedule', { ...schedule, ...change });
  }
}
