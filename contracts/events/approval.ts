// The events of an approval, in the order in which they can happen.
import * as z from 'zod/mini';
import { approvalFields } from '../approvals.ts';
import { metadataSchema } from './metadata.ts';

export const approvalSource = 'automation.approval';

/**
 * `ApprovalGiven`: one person agrees; `status` says whether that is enough. `ApprovalWithdrawn`: the execution that asked has ended.
 * `ApprovalVoteRejected`: a vote that does not count.
 */
export const approvalEventTypes = [
  'ApprovalRequested',
  'ApprovalGiven',
  'ApprovalRefused',
  'ApprovalExpired',
  'ApprovalWithdrawn',
  'ApprovalVoteRejected',
] as const;
export type ApprovalEventType = (typeof approvalEventTypes)[number];

export const approvalDetailSchema = z.object({
  metadata: metadataSchema,
  approval: z.object(approvalFields),
  /** What happened, for a person. */
  reason: z.string(),
});
export type ApprovalDetail = z.infer<typeof approvalDetailSchema>;

export const approvalPattern = { source: [approvalSource], detailType: [...approvalEventTypes] };

export const approvalRequestedExample: ApprovalDetail = {
  metadata: {
    eventId: '72d3162e-cc78-11e3-81ab-4c9367dc0958-ApprovalRequested',
    correlationId: 'pyairtable/pyairtable@6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    causationId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    occurredAt: '2026-11-23T20:00:41.310Z',
    actor: 'ada-release',
  },
  approval: {
    approvalId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    subject: {
      kind: 'promotion',
      id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      environment: 'prod',
      title: 'promote api-gateway to prod',
      summary: ['api-gateway: sha-6113728'],
      commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
    },
    planHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    requestedBy: 'ada-release',
    approvers: ['ada-release', 'grace-platform'],
    quorum: 1,
    status: 'pending',
    votes: [],
    validUntil: '2026-11-24T20:00:41.310Z',
    executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:pyairtable-promote-release:0f5c',
  },
  reason: 'ada-release asks to promote api-gateway to prod: 1 of ada-release, grace-platform must agree',
};
