// Words a domain event for Slack: what happened, where, why, and where to look. Text from outside is shown, never interpreted.
import type { Configuration } from '../../config/schema.ts';
import type { PromotionDetail, PromotionEventType } from '../../contracts/events/promotion.ts';

export interface Message {
  readonly channel: string;
  /** What a notification on a phone shows. */
  readonly text: string;
  readonly blocks: readonly object[];
}

const verbs: Readonly<Record<PromotionEventType, { readonly mark: string; readonly words: string }>> = {
  PromotionStarted: { mark: ':hourglass_flowing_sand:', words: 'is being promoted to' },
  PromotionSucceeded: { mark: ':white_check_mark:', words: 'now runs in' },
  PromotionFailed: { mark: ':x:', words: 'could not be promoted to' },
  PromotionRefused: { mark: ':no_entry:', words: 'may not be promoted to' },
  PromotionSuperseded: { mark: ':fast_forward:', words: 'was overtaken on its way to' },
};

/** The message for a promotion's event, to the environment's channel. */
export function buildMessage(
  configuration: Configuration,
  type: PromotionEventType,
  { promotion, reason, url, metadata }: PromotionDetail,
): Message {
  const { slack } = configuration.notifications;
  const { mark, words } = verbs[type];
  const services = promotion.services.length === 0 ? promotion.version : promotion.services.join(', ');
  const headline = `${services} ${words} ${promotion.environment}`;
  const facts = [
    `version \`${escapeText(promotion.version.slice(0, 60)).replaceAll('`', "'")}\``,
    `by ${escapeText(metadata.actor)}`,
    ...(url === undefined || !/^https:\/\/[^\s|>]+$/.test(url) ? [] : [`<${url}|details>`]),
  ];
  return {
    channel: slack.channels[promotion.environment] ?? slack.defaultChannel,
    text: `${escapeText(headline)}: ${escapeText(reason)}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${mark} *${escapeText(headline)}*\n${escapeText(reason)}` } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: facts.join(' · ') }] },
    ],
  };
}

/** Longest text that a section block takes is 3,000 characters. */
const maximumLength = 2_500;

/** Escapes as Slack asks, and takes away what hides or reorders text. @see https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .slice(0, maximumLength)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
