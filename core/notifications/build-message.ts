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
  return composeMessage(configuration, promotion.environment, {
    mark,
    headline: `${services} ${words} ${promotion.environment}`,
    reason,
    facts: [
      `version \`${escapeText(promotion.version.slice(0, 60)).replaceAll('`', "'")}\``,
      `by ${escapeText(metadata.actor)}`,
      ...(url === undefined || !/^https:\/\/[^\s|>]+$/.test(url) ? [] : [`<${url}|details>`]),
    ],
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
  return composeMessage(configuration, environment, {
    mark,
    headline: `The certificate of ${host} ${words}`,
    reason,
    facts: [`in ${escapeText(environment)}`, `owned by ${escapeText(owner)}`, `issued by ${escapeText(issuer)}`],
  });
}

/** `facts` are markup already; everything else is shown as it is. */
function composeMessage(
  { notifications: { slack } }: Configuration,
  environment: string,
  parts: {
    readonly mark: string;
    readonly headline: string;
    readonly reason: string;
    readonly facts: readonly string[];
  },
): Message {
  const headline = escapeText(parts.headline);
  const reason = escapeText(parts.reason);
  return {
    channel: slack.channels[environment] ?? slack.defaultChannel,
    text: `${headline}: ${reason}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${parts.mark} *${headline}*\n${reason}` } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: parts.facts.join(' · ') }] },
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
