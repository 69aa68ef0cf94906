// Orders and Challenges of ACME: each name is proven, then the certificate is fetched, unless the issuer is made to be stuck.
// https://cert-manager.io/docs/concepts/acme-orders-challenges/
import type { AcmeAuthorities } from '../../acme-authorities.ts';
import {
  type ControllerContext,
  type ControllerQueue,
  keyOf,
  listOwnerKeys,
  startController,
} from '../controllers/controller.ts';
import { buildControllerReference } from '../resources/kubernetes-object.ts';
import { findFault, type IssuerFault } from './issuer-faults.ts';
import { type Challenge, decode, encode, findIssuer, findTypes, type Order } from './resources.ts';
import { signRequest } from './x509.ts';

/** What Let's Encrypt issues; certificates are dated back by an hour. */
const lifetimeMilliseconds = 90 * 86_400_000;
const datedBackMilliseconds = 3_600_000;
/** How long a DNS record needs until the server sees it. */
const propagationMilliseconds = 15_000;
const retryMilliseconds = 10_000;
/** A check of a name that does not get through is repeated less and less often. */
const longestRetryMilliseconds = 6 * 3_600_000;
/** Let's Encrypt keeps an order open for so long. */
const orderMilliseconds = 7 * 86_400_000;

export function startOrderController(context: ControllerContext, authorities: AcmeAuthorities): void {
  const { registry } = context;
  const { orders } = findTypes(registry);
  startController(context, {
    name: 'cert-manager-orders',
    type: orders,
    relate: (change) => listOwnerKeys(change, 'acme.cert-manager.io/challenges', 'Order'),
    reconcile: async ({ namespace, name }, queue) => {
      const order = registry.find<Order>(orders, namespace, name);
      if (order === undefined || order.metadata.deletionTimestamp) return;
      await advance(context, authorities, order, queue);
    },
  });
  startChallengeController(context);
}

async function advance(
  context: ControllerContext,
  authorities: AcmeAuthorities,
  order: Order,
  queue: ControllerQueue,
): Promise<void> {
  const { registry, clock } = context;
  const { state } = order.status ?? {};
  if (state !== undefined && state !== 'pending' && state !== 'ready') return;
  const { namespace = '' } = order.metadata;
  const issuer = findIssuer(registry, namespace, order.spec.issuerRef);
  const server = issuer?.spec.acme?.server;
  if (issuer === undefined || server === undefined) return;
  const fault = findFault(issuer, order.spec.dnsNames);
  if (state === undefined) {
    if (fault === 'rate-limit') {
      setStatus(context, order, {
        state: 'errored',
        reason: describeRateLimit(clock.now()),
        failureTime: registry.now(),
      });
      return;
    }
    createChallenges(context, order);
    setStatus(context, order, {
      state: 'pending',
      url: `${new URL(server).origin}/acme/order/1/${order.metadata.uid}`,
    });
    return;
  }
  const challenges = registry
    .list<Challenge>(findTypes(registry).challenges, namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === order.metadata.uid));
  const expiresAt = Date.parse(order.metadata.creationTimestamp) + orderMilliseconds;
  if (clock.now() >= expiresAt) {
    const reason = 'Order has expired: its challenges were not fulfilled in time';
    setStatus(context, order, { state: 'expired', reason, failureTime: registry.now() });
    removeAll(context, challenges);
    return;
  }
  queue.addAt(keyOf(order), expiresAt);
  if (!challenges.every(({ status }) => status?.state === 'valid')) return;
  const { intermediate } = await authorities(server);
  const notBefore = clock.now() - datedBackMilliseconds;
  const leaf = await signRequest(decode(order.spec.request), intermediate, {
    notBefore,
    notAfter: notBefore + lifetimeMilliseconds,
    isLogged: true,
  });
  setStatus(context, order, { state: 'valid', certificate: encode(leaf + intermediate.certificate) });
  removeAll(context, challenges);
}

function removeAll({ registry }: ControllerContext, challenges: readonly Challenge[]): void {
  for (const { metadata } of challenges)
    registry.delete(findTypes(registry).challenges, metadata.namespace, metadata.name);
}

function createChallenges({ registry }: ControllerContext, order: Order): void {
  for (const dnsName of order.spec.dnsNames) {
    registry.create(findTypes(registry).challenges, {
      metadata: {
        generateName: `${order.metadata.name}-`,
        namespace: order.metadata.namespace,
        ownerReferences: [buildControllerReference(order)],
      },
      spec: { dnsName, type: 'DNS-01', issuerRef: order.spec.issuerRef },
    });
  }
}

function startChallengeController(context: ControllerContext): void {
  const { registry, clock } = context;
  const { challenges } = findTypes(registry);
  startController(context, {
    name: 'cert-manager-challenges',
    type: challenges,
    relate: (change) => {
      if (change.resource !== 'cert-manager.io/issuers' && change.resource !== 'cert-manager.io/clusterissuers')
        return [];
      return registry.list<Challenge>(challenges).map(keyOf);
    },
    reconcile: ({ namespace, name }, queue) => {
      const challenge = registry.find<Challenge>(challenges, namespace, name);
      if (challenge === undefined || challenge.metadata.deletionTimestamp || challenge.status?.state === 'valid')
        return;
      const issuer = findIssuer(registry, namespace, challenge.spec.issuerRef);
      const fault: IssuerFault | undefined = issuer && findFault(issuer, [challenge.spec.dnsName]);
      const propagatedAt = Date.parse(challenge.metadata.creationTimestamp) + propagationMilliseconds;
      const isSeen = clock.now() >= propagatedAt && fault === undefined;
      registry.update<Challenge>(
        challenges,
        namespace,
        name,
        (current) => {
          current.status = isSeen
            ? { state: 'valid', presented: false, processing: false, reason: 'Successfully authorized domain' }
            : { state: 'pending', presented: true, processing: true, reason: describeWait(challenge, fault) };
        },
        { subresource: 'status' },
      );
      if (isSeen) return;
      const waited = clock.now() - Date.parse(challenge.metadata.creationTimestamp);
      const wait =
        fault === undefined
          ? propagatedAt
          : clock.now() + Math.min(Math.max(retryMilliseconds, waited), longestRetryMilliseconds);
      queue.addAt(keyOf(challenge), wait);
    },
  });
}

function describeWait({ spec: { dnsName } }: Challenge, fault: IssuerFault | undefined): string {
  return fault === 'down'
    ? `failed to perform self check: Post "https://acme.example/acme/chall": dial tcp: i/o timeout`
    : `Waiting for DNS-01 challenge propagation: DNS record for "${dnsName}" not yet propagated`;
}

/** As Let's Encrypt words it. @see https://letsencrypt.org/docs/rate-limits/ */
function describeRateLimit(now: number): string {
  const until = new Date(now + 34 * 3_600_000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return `Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after ${until}: see https://letsencrypt.org/docs/rate-limits/#new-certificates-per-exact-set-of-identifiers`;
}

function setStatus({ registry }: ControllerContext, { metadata }: Order, status: NonNullable<Order['status']>): void {
  registry.update<Order>(
    findTypes(registry).orders,
    metadata.namespace,
    metadata.name,
    (current) => {
      current.status = { ...current.status, ...status };
    },
    { subresource: 'status' },
  );
}
