// What people do in Slack, as it enters the bus.
import * as z from 'zod/mini';
import { metadataSchema } from './metadata.ts';

export const slackSource = 'slack.com';

/** A button that somebody pressed: Slack's own name for it. */
export const blockActionsType = 'block_actions';

export const blockActionsDetailSchema = z.object({
  metadata: metadataSchema,
  interaction: z.object({
    userId: z.string(),
    actionId: z.string(),
    /** What the button carries. */
    value: z.string(),
    channelId: z.string(),
    messageTs: z.string(),
  }),
  reason: z.string(),
});
export type BlockActionsDetail = z.infer<typeof blockActionsDetailSchema>;

/** Buttons of approvals; their value says which request, and which plan the person saw. */
export const approvalActions = { approve: 'approval.approve', refuse: 'approval.refuse' } as const;

export const approvalButtonValueSchema = z.object({ approvalId: z.string(), planHash: z.string() });

export const approvalPressedPattern = {
  source: [slackSource],
  detailType: [blockActionsType],
  detail: { interaction: { actionId: Object.values(approvalActions) } },
};
