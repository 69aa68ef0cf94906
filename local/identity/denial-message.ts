// The words in which AWS refuses.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
import type { AccessVerdict } from './decide-access.ts';

/** AWS's message for a refused permission. */
export function describeDenial(
  verdict: Exclude<AccessVerdict, 'allowed'>,
  caller: string,
  action: string,
  resource: string,
): string {
  const refusal = `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`;
  switch (verdict) {
    case 'explicit-deny-identity':
      return `${refusal} with an explicit deny in an identity-based policy`;
    case 'explicit-deny-resource':
      return `${refusal} with an explicit deny in a resource-based policy`;
    case 'explicit-deny-boundary':
      return `${refusal} with an explicit deny in a permissions boundary`;
    case 'no-identity-allow':
      return `${refusal} because no identity-based policy allows the ${action} action`;
    case 'no-resource-allow':
      return `${refusal} because no resource-based policy allows the ${action} action`;
    case 'no-boundary-allow':
      return `${refusal} because no permissions boundary allows the ${action} action`;
  }
}
