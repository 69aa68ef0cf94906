// Who must agree to what, by the configuration.
import type { ApprovalPolicy } from '../../config/approvals-schema.ts';
import { listApprovers } from '../../config/list-approvers.ts';
import type { Configuration } from '../../config/schema.ts';
import type { ApprovalKind } from '../../contracts/approvals.ts';

export interface RequiredApproval {
  /** GitHub logins. */
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly timeoutSeconds: number;
}

/** Undefined when nobody needs to be asked. A promotion is governed by its environment, everything else by its kind. */
export function findApprovalPolicy(
  configuration: Configuration,
  kind: ApprovalKind,
  environment: string,
): RequiredApproval | undefined {
  const target = Object.hasOwn(configuration.environments, environment)
    ? configuration.environments[environment]
    : undefined;
  const policy: ApprovalPolicy | undefined =
    kind === 'promotion' ? target?.approval : configuration.approvals.policies[kind];
  if (policy === undefined) return undefined;
  return {
    approvers: listApprovers(configuration.approvals.groups, policy),
    quorum: policy.quorum,
    timeoutSeconds: policy.expiresAfterMinutes * 60,
  };
}
