// Who is asked before something happens: groups of people, and how many of them must agree.
import { z } from 'zod';
import { approvalKinds } from '../contracts/approvals.ts';
import { listApprovers } from './list-approvers.ts';
import { gitHubLogin, minutes, name } from './values.ts';

/** `quorum` different people of the groups must agree; whoever asks does not count. */
export const approvalPolicySchema = z.strictObject({
  /** Of `approvals.groups`. */
  groups: z.array(name).min(1),
  quorum: z.int().min(1).max(10).default(1),
  /** Nobody has agreed by then: nothing happens. At most a week. */
  expiresAfterMinutes: minutes(10_080).default(1_440),
});

export const approvalsSchema = z.strictObject({
  groups: z.record(name, z.array(gitHubLogin).min(1)).default({}),
  /** GitHub login by Slack member id: who a person is that presses a button. */
  slackUsers: z.record(z.string().regex(/^[UW][A-Z0-9]{2,20}$/, 'must be a Slack member id'), gitHubLogin).default({}),
  /** What needs approval besides promotions, which are governed by `approval` of their environment. */
  policies: z.partialRecord(z.enum(approvalKinds), approvalPolicySchema).default({}),
});

export type ApprovalPolicy = z.output<typeof approvalPolicySchema>;
export type ApprovalsConfiguration = z.output<typeof approvalsSchema>;

/** What is wrong with a policy, in words; undefined when it can be met. */
export function findPolicyProblem(
  { groups }: ApprovalsConfiguration,
  policy: ApprovalPolicy,
): { readonly key: 'groups' | 'quorum'; readonly words: string } | undefined {
  const unknown = policy.groups.filter((group) => !Object.hasOwn(groups, group));
  if (unknown.length > 0) {
    const known = Object.keys(groups).join(', ') || 'none';
    return { key: 'groups', words: `must be of approvals.groups (${known}), got ${unknown.join(', ')}` };
  }
  const people = listApprovers(groups, policy);
  if (people.length >= policy.quorum) return undefined;
  return {
    key: 'quorum',
    words: `must be at most ${people.length}, the number of people in ${policy.groups.join(', ')}`,
  };
}
