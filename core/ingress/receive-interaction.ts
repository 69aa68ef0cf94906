// The Slack ingress after verification: every button that was pressed becomes one event, once, and only then the answer.
import { type BlockActionsDetail, blockActionsType, slackSource } from '../../contracts/events/slack.ts';
import { formatTime } from '../clock.ts';
import type { PressedButton } from './parse-interaction.ts';
import { type PublishingPorts, publishOnce } from './publish-once.ts';

/**
 * A body that is replayed has no effect: its digest, which covers Slack's own trigger id, is the events' identity.
 * @returns how many are new.
 */
export async function receiveInteraction(
  ports: PublishingPorts,
  buttons: readonly PressedButton[],
  bodySha256: string,
  holder: string,
): Promise<{ readonly published: number; readonly known: number }> {
  const occurredAt = formatTime(ports.clock.now());
  let published = 0;
  for (const [index, interaction] of buttons.entries()) {
    const eventId = `slack-${bodySha256}-${index}`;
    const detail: BlockActionsDetail = {
      metadata: { eventId, correlationId: eventId, occurredAt, actor: interaction.userId },
      interaction,
      reason: `${interaction.userId} pressed ${interaction.actionId}`,
    };
    const event = { source: slackSource, detailType: blockActionsType, detail };
    if (await publishOnce(ports, eventId, event, holder)) published += 1;
  }
  return { published, known: buttons.length - published };
}
