// Acting as somebody else: the `Impersonate-*` headers, for those who are allowed the verb `impersonate`.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
import type { IncomingMessage } from 'node:http';
import type { User } from '../authentication/user.ts';
import { type Attributes, decideAccess, describeDenial } from '../authorization/decide-access.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import { StatusError } from './status-error.ts';

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * Whom the request is to be judged as: the caller, or the user and groups that it names. UIDs and extra fields are
 * checked and then forgotten, since nothing here is decided by them.
 * @throws StatusError 403 when the caller may not impersonate one of them, 500 when no user is named.
 */
export function impersonate(registry: ObjectRegistry, caller: User, request: IncomingMessage): User {
  const username = request.headersDistinct['impersonate-user']?.[0];
  const groups = request.headersDistinct['impersonate-group'] ?? [];
  const uid = request.headersDistinct['impersonate-uid'] ?? [];
  const extras = Object.entries(request.headersDistinct).flatMap(([header, values = []]) =>
    header.startsWith('impersonate-extra-')
      ? values.map((value) => ({ key: decodeURIComponent(header.slice('impersonate-extra-'.length)), value }))
      : [],
  );
  if (!username) {
    if (groups.length + uid.length + extras.length === 0) return caller;
    throw new StatusError(
      500,
      'InternalError',
      `Internal error occurred: requested ${JSON.stringify({ groups, uid, extras })} without impersonating a user`,
    );
  }
  const [, namespace, name] = serviceAccount.exec(username) ?? [];
  const isServiceAccount = namespace !== undefined && name !== undefined;
  const wanted: readonly Omit<Attributes, 'verb'>[] = [
    isServiceAccount
      ? { group: '', resource: 'serviceaccounts', namespace, name }
      : { group: '', resource: 'users', name: username },
    ...groups.map((group) => ({ group: '', resource: 'groups', name: group })),
    ...uid.map((value) => ({ group: 'authentication.k8s.io', resource: 'uids', name: value })),
    ...extras.map(({ key, value }) => ({
      group: 'authentication.k8s.io',
      resource: `userextras/${key}`,
      name: value,
    })),
  ];
  for (const each of wanted) {
    const attributes = { verb: 'impersonate', ...each };
    if (!decideAccess(registry, caller, attributes)) throw refusal(caller, attributes);
  }
  const implied =
    isServiceAccount && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
  const authenticated = username === 'system:anonymous' ? [] : ['system:authenticated'];
  return { username, groups: [...new Set([...groups, ...implied, ...authenticated])] };
}

function refusal(caller: User, attributes: Attributes): StatusError {
  const { group, resource, name = '' } = attributes;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return new StatusError(
    403,
    'Forbidden',
    `${qualified} "${name}" is forbidden: ${describeDenial(caller, attributes)}`,
    { name, ...(group === '' ? {} : { group }), kind: resource },
  );
}
