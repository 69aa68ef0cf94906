// The message of a promotion's commit: what, where to, why, and the trailers by which it is found again.
import type { Promotion, ResolvedService } from '../../contracts/workflows/promote-release.ts';

/** The trailer that makes a commit recognizable as the one of a promotion. */
export const promotionTrailer = 'Promotion-Id';

/** A conventional Git message. Whatever came from outside stands on one line and cannot add a trailer of its own. */
export function buildCommitMessage(promotion: Promotion, services: readonly ResolvedService[]): string {
  const names = services.map(({ name }) => name);
  const what = names.length <= 2 ? names.join(' and ') : `${names.length} services`;
  const subject =
    promotion.change === 'rollback'
      ? `Roll back ${what} in ${promotion.environment}`
      : `Promote ${what} to ${promotion.environment}`;
  const lines = [
    subject,
    '',
    ...services.map(({ name, version, digest }) => `- ${name}: ${oneLine(version)} (${digest ?? 'no digest'})`),
    '',
    `Because of: ${oneLine(promotion.reason)}`,
    ...(promotion.url === undefined ? [] : [`See: ${oneLine(promotion.url)}`]),
    '',
    `${promotionTrailer}: ${oneLine(promotion.promotionId)}`,
    `Caused-By: ${oneLine(promotion.causationId)}`,
    `Source-Commit: ${oneLine(promotion.repository)}@${oneLine(promotion.commit)}`,
    `Execution: ${oneLine(promotion.executionArn)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether a commit message is that of the promotion. */
export function isCommitOf(message: string, promotionId: string): boolean {
  return message.split('\n').includes(`${promotionTrailer}: ${oneLine(promotionId)}`);
}

/** Control characters and marks that turn the direction of text would let a name look like something else. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
