// From the body of a Slack interaction to the buttons that were pressed.
import * as z from 'zod/mini';
import { AppError } from '../app-error.ts';
import { parsePayload } from './parse-payload.ts';

export interface PressedButton {
  readonly userId: string;
  readonly actionId: string;
  readonly value: string;
  readonly channelId: string;
  readonly messageTs: string;
}

const id = z.string().check(z.regex(/^[A-Z0-9]{2,30}$/, 'must be an id of Slack'));

/** @see https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const blockActionsSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id }),
  channel: z.object({ id }),
  message: z.object({ ts: z.string().check(z.regex(/^\d{1,12}\.\d{1,9}$/)) }),
  actions: z
    .array(
      z.object({
        type: z.string().check(z.maxLength(50)),
        action_id: z.string().check(z.maxLength(255)),
        value: z.optional(z.string().check(z.maxLength(2_000))),
      }),
    )
    .check(z.minLength(1), z.maxLength(25)),
});

/**
 * Interactions of other kinds (forms, shortcuts) are none of ours: they press nothing.
 * @throws AppError `InvalidInputError` saying what is not as Slack sends it.
 */
export function parseInteraction(body: Uint8Array, contentType: string | undefined): PressedButton[] {
  if (!contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    throw new AppError('InvalidInputError', 'interactions come as application/x-www-form-urlencoded');
  }
  const payload = parsePayload(body, contentType);
  if (typeof payload.type === 'string' && payload.type !== 'block_actions') return [];
  const parsed = blockActionsSchema.safeParse(payload);
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
    throw new AppError('InvalidInputError', `the interaction is not as Slack sends it: ${problems.join('; ')}`);
  }
  const { user, channel, message, actions } = parsed.data;
  return actions
    .filter(({ type }) => type === 'button')
    .map(({ action_id: actionId, value = '' }) => ({
      userId: user.id,
      actionId,
      value,
      channelId: channel.id,
      messageTs: message.ts,
    }));
}
