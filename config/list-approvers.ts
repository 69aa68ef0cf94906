// The people behind a policy's groups.
import type { ApprovalPolicy, ApprovalsConfiguration } from './approvals-schema.ts';

/** Each person once: GitHub takes `Ada` and `ada` for one. Groups that do not exist have nobody. */
export function listApprovers(
  groups: ApprovalsConfiguration['groups'],
  policy: Pick<ApprovalPolicy, 'groups'>,
): string[] {
  const people = policy.groups.flatMap((group) => groups[group] ?? []);
  return [...new Map(people.map((login) => [login.toLowerCase(), login])).values()];
}
