// The condition keys of a request: AWS's global ones, and those that the operation adds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import type { Permission, Principal } from '../runtime/service.ts';
import { findArnParts } from './arn.ts';
import type { FindKeyValues } from './policy-pattern.ts';
import type { Role } from './role-directory.ts';

export interface RequestFacts {
  readonly principal: Principal;
  /** The role's own record, for its id and tags. */
  readonly role: Role | undefined;
  readonly permission: Permission;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const principalTagPrefix = 'aws:principaltag/';

const globalKeys: Readonly<Record<string, (facts: RequestFacts) => string | undefined>> = {
  'aws:currenttime': ({ now }) => new Date(now).toISOString(),
  'aws:epochtime': ({ now }) => String(Math.floor(now / 1000)),
  'aws:principalaccount': ({ principal }) => (principal.kind === 'service' ? undefined : principal.accountId),
  'aws:principalarn': ({ principal }) =>
    principal.kind === 'service' ? undefined : (principal.roleArn ?? principal.arn),
  'aws:principalisawsservice': ({ principal }) => String(principal.kind === 'service'),
  'aws:principalservicename': ({ principal }) => (principal.kind === 'service' ? principal.arn : undefined),
  'aws:principaltype': ({ principal }) => (principal.kind === 'role' ? 'AssumedRole' : undefined),
  'aws:requestedregion': ({ region }) => region,
  'aws:resourceaccount': ({ permission, principal }) =>
    findArnParts(permission.resource)?.accountId || principal.accountId,
  'aws:securetransport': () => 'true',
  'aws:sourceaccount': ({ principal }) => (principal.kind === 'service' ? principal.accountId : undefined),
  'aws:sourcearn': ({ principal }) => principal.sourceArn,
  'aws:sourceip': ({ principal }) => (principal.kind === 'service' ? undefined : '127.0.0.1'),
  'aws:userid': ({ principal, role }) => role && `${role.id}:${principal.arn.split('/').at(-1)}`,
  'aws:viaawsservice': () => 'false',
  'kms:calleraccount': ({ principal }) => principal.accountId,
};

/**
 * Looks up keys for one permission of a request; keys are compared without regard to case. `onOwnKey` hears of every key that another
 * permission of the same request could answer otherwise.
 */
export function createKeyLookup(facts: RequestFacts, onOwnKey: () => void = () => undefined): FindKeyValues {
  let own: Map<string, readonly string[]> | undefined;
  return (key) => {
    own ??= new Map(
      Object.entries(facts.permission.context ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        typeof value === 'string' ? [value] : value,
      ]),
    );
    if (globalKeys[key] === undefined || own.has(key)) onOwnKey();
    const values = own.get(key);
    if (values !== undefined) return values;
    const value = key.startsWith(principalTagPrefix)
      ? findTag(facts.role, key.slice(principalTagPrefix.length))
      : globalKeys[key]?.(facts);
    return value === undefined ? undefined : [value];
  };
}

function findTag(role: Role | undefined, lowerName: string): string | undefined {
  return Object.entries(role?.tags ?? {}).find(([name]) => name.toLowerCase() === lowerName)?.[1];
}
