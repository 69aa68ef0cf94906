// How a state reads as an e-mail, within what Amazon SNS takes.
import type { Announcement } from '../../contracts/notifications.ts';
import { cleanText, findLink } from './clean-text.ts';

export interface Mail {
  readonly subject: string;
  readonly body: string;
}

/** SNS takes subjects of printable ASCII, shorter than 100 characters. @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function renderMail({ severity, headline, reason, lines: parts = [], facts, details, url }: Announcement): Mail {
  const link = findLink(url);
  const lines = [...facts, ...details].map(({ label, value }) => `${cleanText(label, 40)}: ${cleanText(value, 300)}`);
  return {
    subject: `[${severity}] ${cleanText(headline, 200).replace(/[^\x20-\x7e]/g, '?')}`.slice(0, 99),
    body: [
      cleanText(headline, 300),
      '',
      cleanText(reason, 2_000),
      '',
      ...parts.slice(0, 100).map((part) => `- ${cleanText(part, 300)}`),
      ...lines,
      ...(link === undefined ? [] : ['', link]),
    ].join('\n'),
  };
}
