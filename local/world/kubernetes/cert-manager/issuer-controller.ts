// Issuers: ready when they have what they sign with, or an account at their ACME server.
import { withCondition } from '../controllers/conditions.ts';
import { type ControllerContext, keyOf, startController } from '../controllers/controller.ts';
import { secrets } from '../resources/built-in-types.ts';
import type { Condition } from '../resources/kubernetes-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { findFault } from './issuer-faults.ts';
import { findTypes, type Issuer } from './resources.ts';

/** Where a ClusterIssuer finds its Secrets. */
const clusterResourceNamespace = 'cert-manager';

export function startIssuerControllers(context: ControllerContext): void {
  const { issuers, clusterIssuers } = findTypes(context.registry);
  for (const type of [issuers, clusterIssuers]) startIssuerController(context, type);
}

function startIssuerController(context: ControllerContext, type: ResourceType): void {
  const { registry } = context;
  startController(context, {
    name: `cert-manager-${type.resource}`,
    type,
    relate: ({ resource, object }) => {
      if (resource !== '/secrets') return [];
      const all = registry.list<Issuer>(type, type.namespaced ? object.metadata.namespace : undefined);
      return all.filter(({ spec }) => spec.ca?.secretName === object.metadata.name).map(keyOf);
    },
    reconcile: ({ namespace, name }) => {
      const issuer = registry.find<Issuer>(type, namespace, name);
      if (issuer === undefined || issuer.metadata.deletionTimestamp) return;
      const condition = describeReadiness(context, issuer);
      registry.update<Issuer>(
        type,
        namespace,
        name,
        (current) => {
          current.status = {
            ...current.status,
            ...(issuer.spec.acme === undefined
              ? {}
              : { acme: { uri: `${new URL(issuer.spec.acme.server).origin}/acme/acct/1` } }),
            conditions: withCondition(current.status?.conditions, condition, registry.now()),
          };
        },
        { subresource: 'status' },
      );
    },
  });
}

function describeReadiness({ registry }: ControllerContext, issuer: Issuer): Condition {
  const { acme, ca } = issuer.spec;
  const condition = (status: 'True' | 'False', reason: string, message: string): Condition => ({
    type: 'Ready',
    status,
    reason,
    message,
  });
  if (findFault(issuer, []) === 'down') {
    const host = acme === undefined ? 'the issuer' : new URL(acme.server).host;
    const message = `Failed to verify ACME account: dial tcp: lookup ${host}: i/o timeout`;
    return condition('False', 'ErrRegisterACMEAccount', message);
  }
  if (acme !== undefined)
    return condition('True', 'ACMEAccountRegistered', 'The ACME account was registered with the ACME server');
  if (ca === undefined) return condition('True', 'IsReady', '');
  const namespace = issuer.metadata.namespace ?? clusterResourceNamespace;
  return registry.find(secrets, namespace, ca.secretName) === undefined
    ? condition('False', 'ErrGetKeyPair', `Error getting keypair for CA issuer: secret "${ca.secretName}" not found`)
    : condition('True', 'KeyPairVerified', 'Signing CA verified');
}

/** The namespace of an issuer's Secrets. */
export function secretsNamespaceOf(issuer: Issuer): string {
  return issuer.metadata.namespace ?? clusterResourceNamespace;
}
