// The Principal element of a resource's policy: how closely it names who makes a call.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import type { PolicyStatement, Principal } from '../runtime/service.ts';

/**
 * How a policy names the caller: `session` and `service` name exactly it, `role` its role (so a permissions boundary
 * still limits it), `account` only hands the decision to the account's own identity policies.
 */
export type PrincipalMatch = 'session' | 'service' | 'role' | 'account';

/** How the element names the principal; undefined when it does not. */
export function findPrincipalMatch(
  element: PolicyStatement['Principal'],
  principal: Principal,
): PrincipalMatch | undefined {
  if (element === undefined) return undefined;
  if (element === '*') return principal.kind === 'service' ? 'service' : 'role';
  if (typeof element === 'string') return undefined;
  let best: PrincipalMatch | undefined;
  for (const [kind, names] of Object.entries(element)) {
    for (const name of typeof names === 'string' ? [names] : names) {
      const match = matchName(kind, name, principal);
      if (match === 'session' || match === 'service') return match;
      if (match === 'role' || (match === 'account' && best === undefined)) best = match;
    }
  }
  return best;
}

function matchName(kind: string, name: string, principal: Principal): PrincipalMatch | undefined {
  if (kind === 'Service') return principal.kind === 'service' && principal.arn === name ? 'service' : undefined;
  if (kind !== 'AWS') return undefined;
  if (name === '*') return principal.kind === 'service' ? 'service' : 'role';
  if (principal.kind === 'service') return undefined;
  if (name === principal.arn) return 'session';
  if (name === principal.roleArn) return 'role';
  return name === principal.accountId || name === `arn:aws:iam::${principal.accountId}:root` ? 'account' : undefined;
}
