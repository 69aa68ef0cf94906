// Words a domain event for Slack: what happened, where, why, and where to look. Text from outside is shown, never interpreted.
import type { Configuration } from '../../config/schema.ts';
import type { CertificateDetail, CertificateEventType } from '../../contracts/events/certificate.ts';
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
  const { mark, words } = verbs[type];
  const services = promotion.services.length === 0 ? promotion.version : promotion.services.join(', ');
  return renderMessage(configuration, promotion.environment, {
    mark,
    headline: `${services} ${words} ${promotion.environment}`,
    reason,
    facts: [`version ${renderCode(promotion.version)}`, `by ${escapeText(metadata.actor)}`],
    url,
  });
}

const certificateWords: Readonly<Record<CertificateEventType, { readonly mark: string; readonly words: string }>> = {
  CertificateExpiring: { mark: ':hourglass:', words: 'will expire' },
  CertificateProblem: { mark: ':x:', words: 'has a problem' },
  CertificateRecovered: { mark: ':white_check_mark:', words: 'is in order again' },
};

/** The message for a certificate's event, to the channel of the environment that serves it. */
export function buildCertificateMessage(
  configuration: Configuration,
  type: CertificateEventType,
  { certificate, reason }: CertificateDetail,
): Message {
  const { mark, words } = certificateWords[type];
  const { host, environment, owner, issuer } = certificate;
  return renderMessage(configuration, environment, {
    mark,
    headline: `The certificate of ${host} ${words}`,
    reason,
    facts: [`in ${escapeText(environment)}`, `owned by ${escapeText(owner)}`, `issued by ${escapeText(issuer)}`],
    url: undefined,
  });
}

export interface MessageParts {
  /** An emoji, such as `:x:`. */
  readonly mark: string;
  readonly headline: string;
  readonly reason: string;
  /** In Slack's own markup: whatever came from outside is escaped already. */
  readonly facts: readonly string[];
  readonly url: string | undefined;
}

/** One section and one line of facts, to the environment's channel. */
export function renderMessage(
  { notifications: { slack } }: Configuration,
  environment: string,
  { mark, headline, reason, facts, url }: MessageParts,
): Message {
  const links = url === undefined || !/^https:\/\/[^\s|>]+$/.test(url) ? [] : [`<${url}|details>`];
  return {
    channel: slack.channels[environment] ?? slack.defaultChannel,
    text: `${escapeText(headline)}: ${escapeText(reason)}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${mark} *${escapeText(headline)}*\n${escapeText(reason)}` } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: [...facts, ...links].join(' · ') }] },
    ],
  };
}

/** A name in code marks that it cannot leave. */
export function renderCode(text: string): string {
  return `\`${escapeText(text.slice(0, 60)).replaceAll('`', "'")}\``;
}

/** Longest text that a section block takes is 3,000 characters. */
const maximumLength = 2_500;

/** Escapes as Slack asks, and takes away what hides or reorders text. @see https://docs.slack.dev/messaging/formatting-message-text#escaping */
export function escapeText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .slice(0, maximumLength)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
