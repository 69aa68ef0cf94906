// How a state looks in a comment on GitHub: in a block of code, in which nothing is markup, a mention or a reference.
import type { Announcement } from '../../contracts/notifications.ts';
import { cleanText, findLink } from './clean-text.ts';

export function renderComment({ headline, reason, facts, url }: Announcement): string {
  const link = findLink(url);
  return [
    '```text',
    inCode(headline, 150),
    inCode(reason, 1_000),
    ...facts.map(({ label, value }) => `${inCode(label, 40)}: ${inCode(value, 300)}`),
    '```',
    ...(link === undefined ? [] : [`[details](<${link}>)`]),
  ].join('\n');
}

/** Without what could end the block. */
function inCode(text: string, maximumLength: number): string {
  return cleanText(text, maximumLength).replaceAll('`', "'");
}
