// How a state looks in Slack: Block Kit with a text for phones. Text from outside is shown, never interpreted.
import type { Announcement, Fact, Mark } from '../../contracts/notifications.ts';
import { cleanText, findLink } from './clean-text.ts';

export interface SlackContent {
  /** What a notification on a phone shows. */
  readonly text: string;
  readonly blocks: readonly object[];
}

const emoji: Readonly<Record<Mark, string>> = {
  running: ':hourglass_flowing_sand:',
  success: ':white_check_mark:',
  failure: ':x:',
  refused: ':no_entry:',
  overtaken: ':fast_forward:',
  undo: ':rewind:',
  question: ':raising_hand:',
  siren: ':rotating_light:',
  note: ':information_source:',
  soon: ':hourglass:',
};

// A text of a section has 3,000 characters at most, one of a context 2,000; an escape makes five of one.
const maximumHeadline = 150;
const maximumReason = 500;
const maximumValue = 200;
const maximumFacts = 10;
const maximumLines = 12;

/** The message itself. */
export function renderSlack({
  mark,
  headline,
  reason,
  lines = [],
  facts,
  url,
  buttons = [],
}: Announcement): SlackContent {
  const link = findLink(url);
  const context = [
    ...facts.slice(0, maximumFacts).map(renderFact),
    ...(link === undefined ? [] : [`<${link}|details>`]),
  ];
  return {
    text: `${escapeText(headline, maximumHeadline)}: ${escapeText(reason, maximumReason)}`,
    blocks: [
      section(`${emoji[mark]} *${escapeText(headline, maximumHeadline)}*\n${escapeText(reason, maximumReason)}`),
      ...sectionOf(lines),
      ...contextOf(context),
      ...(buttons.length === 0
        ? []
        : [
            {
              type: 'actions',
              elements: buttons.slice(0, 5).map(({ actionId, value, label, style }) => ({
                type: 'button',
                action_id: actionId,
                value,
                text: { type: 'plain_text', text: cleanText(label, 75) },
                ...(style !== undefined && { style }),
              })),
            },
          ]),
    ],
  };
}

/** The reply in the message's thread; undefined when there is nothing to add. `aloud`: it must be understood without the message. */
export function renderSlackDetails(announcement: Announcement, aloud: boolean): SlackContent | undefined {
  const { mark, headline, reason, details } = announcement;
  if (details.length === 0 && !aloud) return undefined;
  const facts = details.slice(0, maximumFacts).map(renderFact);
  const words = `${escapeText(headline, maximumHeadline)}: ${escapeText(reason, maximumReason)}`;
  return {
    text: aloud ? words : facts.join(' · '),
    blocks: [...(aloud ? [section(`${emoji[mark]} ${words}`)] : []), ...contextOf(facts)],
  };
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

function sectionOf(lines: readonly string[]): object[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, maximumLines).map((line) => `• ${escapeText(line, maximumValue)}`);
  const left = lines.length - shown.length;
  return [section([...shown, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n').slice(0, 2_900))];
}

function contextOf(parts: readonly string[]): object[] {
  if (parts.length === 0) return [];
  return [{ type: 'context', elements: [{ type: 'mrkdwn', text: parts.join(' · '), verbatim: true }] }];
}

function renderFact({ label, value, code = false }: Fact): string {
  const words = escapeText(value, maximumValue);
  return `${escapeText(label, 40)} ${code ? `\`${words.replaceAll('`', "'")}\`` : words}`;
}

/** `verbatim` keeps Slack from finding links and names by itself. @see https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeText(text: string, maximumLength: number): string {
  return cleanText(text, maximumLength).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
