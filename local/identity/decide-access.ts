// The evaluation logic of IAM within one account.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
import type { PolicyDocument } from '../runtime/service.ts';
import { type AccessAttempt, compilePolicy } from './compiled-policy.ts';
import type { PrincipalMatch } from './policy-principal.ts';

export interface ApplicablePolicies {
  readonly identity: readonly PolicyDocument[];
  /** Absent when the role has no permissions boundary. */
  readonly boundary?: readonly PolicyDocument[];
  readonly resource?: PolicyDocument;
  /** KMS keys and role trust policies: without their own policy's word nobody gets in. */
  readonly resourcePolicyRequired: boolean;
}

export type AccessVerdict =
  | 'allowed'
  | 'explicit-deny-identity'
  | 'explicit-deny-resource'
  | 'explicit-deny-boundary'
  | 'no-identity-allow'
  | 'no-resource-allow'
  | 'no-boundary-allow';

/** Decides one attempt: an explicit deny anywhere wins; then a resource policy or an identity policy must allow, within the boundary. */
export function decideAccess(attempt: AccessAttempt, policies: ApplicablePolicies): AccessVerdict {
  const identity = judgeDocuments(policies.identity, attempt);
  const boundary = policies.boundary === undefined ? 'allow' : judgeDocuments(policies.boundary, attempt);
  const resource = judgeResourcePolicy(policies.resource, attempt);
  if (identity === 'deny') return 'explicit-deny-identity';
  if (resource === 'deny') return 'explicit-deny-resource';
  if (boundary === 'deny') return 'explicit-deny-boundary';
  if (resource === 'session' || resource === 'service') return 'allowed';
  if (attempt.principal.kind === 'service') return 'no-resource-allow';
  if (policies.resourcePolicyRequired && resource === undefined) return 'no-resource-allow';
  if (resource !== 'role' && identity !== 'allow') return 'no-identity-allow';
  return boundary === 'allow' ? 'allowed' : 'no-boundary-allow';
}

function judgeDocuments(documents: readonly PolicyDocument[], attempt: AccessAttempt): 'allow' | 'deny' | undefined {
  let judgement: 'allow' | undefined;
  for (const document of documents) {
    for (const statement of compilePolicy(document)) {
      if (statement.effect === 'Allow' && judgement === 'allow') continue;
      if (!statement.applies(attempt)) continue;
      if (statement.effect === 'Deny') return 'deny';
      judgement = 'allow';
    }
  }
  return judgement;
}

function judgeResourcePolicy(
  document: PolicyDocument | undefined,
  attempt: AccessAttempt,
): 'deny' | PrincipalMatch | undefined {
  let best: PrincipalMatch | undefined;
  for (const statement of document === undefined ? [] : compilePolicy(document)) {
    const match = statement.findPrincipalMatch(attempt.principal);
    if (match === undefined || !statement.applies(attempt)) continue;
    if (statement.effect === 'Deny') return 'deny';
    if (best === undefined || best === 'account' || match === 'session' || match === 'service') best = match;
  }
  return best;
}
