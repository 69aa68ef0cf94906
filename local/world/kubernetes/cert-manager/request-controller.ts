// CertificateRequests: approved, and signed by what their issuer is: itself, a certificate authority, or an ACME server.
import { parseDurationSeconds } from '../argocd/parse-duration.ts';
import { findCondition, withCondition } from '../controllers/conditions.ts';
import { type ControllerContext, keyOf, listOwnerKeys, startController } from '../controllers/controller.ts';
import { secrets } from '../resources/built-in-types.ts';
import { buildControllerReference, type Condition } from '../resources/kubernetes-object.ts';
import { secretsNamespaceOf } from './issuer-controller.ts';
import {
  annotation,
  type CertificateRequest,
  decode,
  encode,
  findIssuer,
  findTypes,
  type Issuer,
  type Order,
  type TlsSecret,
} from './resources.ts';
import { listRequestedNames, signRequest } from './x509.ts';

const defaultLifetimeSeconds = 90 * 86_400;

export function startRequestController(context: ControllerContext): void {
  const { registry } = context;
  const { requests } = findTypes(registry);
  startController(context, {
    name: 'cert-manager-certificaterequests',
    type: requests,
    relate: (change) => {
      if (change.resource === 'cert-manager.io/issuers' || change.resource === 'cert-manager.io/clusterissuers')
        return registry
          .list<CertificateRequest>(requests)
          .filter(({ status }) => !isDecided(status))
          .map(keyOf);
      return listOwnerKeys(change, 'acme.cert-manager.io/orders', 'CertificateRequest');
    },
    reconcile: async ({ namespace, name }) => {
      const request = registry.find<CertificateRequest>(requests, namespace, name);
      if (request === undefined || request.metadata.deletionTimestamp || isDecided(request.status)) return;
      await decide(context, request);
    },
  });
}

function isDecided(status: CertificateRequest['status']): boolean {
  const ready = findCondition(status?.conditions, 'Ready');
  return ready?.status === 'True' || ready?.reason === 'Failed';
}

async function decide(context: ControllerContext, request: CertificateRequest): Promise<void> {
  const { registry } = context;
  const { namespace = '' } = request.metadata;
  const { issuerRef } = request.spec;
  const issuer = findIssuer(registry, namespace, issuerRef);
  const kind = issuerRef.kind ?? 'Issuer';
  if (issuer === undefined) {
    const missing = `${kind.toLowerCase()}.cert-manager.io "${issuerRef.name}" not found`;
    setReady(context, request, {
      status: 'False',
      reason: 'Pending',
      message: `Referenced "${kind}" not found: ${missing}`,
    });
    return;
  }
  if (findCondition(issuer.status?.conditions, 'Ready')?.status !== 'True') {
    const message = 'Referenced issuer does not have a Ready status condition';
    setReady(context, request, { status: 'False', reason: 'Pending', message });
    return;
  }
  if (issuer.spec.acme === undefined) await sign(context, request, issuer);
  else followOrder(context, request);
}

async function sign(context: ControllerContext, request: CertificateRequest, issuer: Issuer): Promise<void> {
  const { registry, clock } = context;
  const { namespace = '', annotations = {} } = request.metadata;
  const readSecret = (from: string, name: string) => registry.find<TlsSecret>(secrets, from, name)?.data ?? {};
  const authority = issuer.spec.ca && readSecret(secretsNamespaceOf(issuer), issuer.spec.ca.secretName);
  const signer =
    authority === undefined
      ? { ownKey: decode(readSecret(namespace, String(annotations[annotation.privateKeySecret]))['tls.key']) }
      : { certificate: decode(authority['tls.crt']), key: decode(authority['tls.key']) };
  const now = clock.now();
  const seconds =
    request.spec.duration === undefined ? defaultLifetimeSeconds : parseDurationSeconds(request.spec.duration);
  const certificate = await signRequest(decode(request.spec.request), signer, {
    notBefore: now,
    notAfter: now + seconds * 1_000,
    isAuthority: request.spec.isCA === true,
  });
  const trusted =
    'ownKey' in signer ? certificate : authority?.['ca.crt'] ? decode(authority['ca.crt']) : signer.certificate;
  const message = 'Certificate fetched from issuer successfully';
  setReady(
    context,
    request,
    { status: 'True', reason: 'Issued', message },
    {
      certificate: encode(certificate),
      ca: encode(trusted),
    },
  );
}

/** An Order for the request, and what has become of it. */
function followOrder(context: ControllerContext, request: CertificateRequest): void {
  const { registry } = context;
  const { orders } = findTypes(registry);
  const { namespace = '', name, annotations = {} } = request.metadata;
  const order = registry
    .list<Order>(orders, namespace)
    .find(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === request.metadata.uid));
  if (order === undefined) {
    const created = registry.create<Order>(orders, {
      metadata: {
        generateName: `${name}-`,
        namespace,
        annotations,
        ownerReferences: [buildControllerReference(request)],
      },
      spec: {
        request: request.spec.request,
        issuerRef: request.spec.issuerRef,
        dnsNames: listRequestedNames(decode(request.spec.request)),
      },
    });
    const words = `Created Order resource ${namespace}/${created.metadata.name}`;
    setReady(context, request, { status: 'False', reason: 'Pending', message: words });
    return;
  }
  const { state = '', reason = '', certificate } = order.status ?? {};
  if (state === 'valid' && certificate !== undefined) {
    const message = 'Certificate fetched from issuer successfully';
    setReady(context, request, { status: 'True', reason: 'Issued', message }, { certificate });
  } else if (['errored', 'invalid', 'expired'].includes(state)) {
    const message = `Failed to wait for order resource "${order.metadata.name}" to become ready: order is in "${state}" state: ${reason}`;
    const failureTime = registry.now();
    setReady(context, request, { status: 'False', reason: 'Failed', message }, { failureTime });
  } else {
    const message = `Waiting on certificate issuance from order ${namespace}/${order.metadata.name}: "${state || 'pending'}"`;
    setReady(context, request, { status: 'False', reason: 'Pending', message });
  }
}

function setReady(
  { registry }: ControllerContext,
  { metadata }: CertificateRequest,
  condition: Omit<Condition, 'type'>,
  more: Partial<NonNullable<CertificateRequest['status']>> = {},
): void {
  const approval: Condition = {
    type: 'Approved',
    status: 'True',
    reason: 'cert-manager.io',
    message: 'Certificate request has been approved by cert-manager.io',
  };
  registry.update<CertificateRequest>(
    findTypes(registry).requests,
    metadata.namespace,
    metadata.name,
    (current) => {
      const conditions = [approval, { ...condition, type: 'Ready' }].reduce<Condition[]>(
        (all, one) => withCondition(all, one, registry.now()),
        current.status?.conditions ?? [],
      );
      current.status = { ...current.status, ...more, conditions };
    },
    { subresource: 'status' },
  );
}
