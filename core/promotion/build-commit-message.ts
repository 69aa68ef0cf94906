// The message of a promotion's commit: what, where to, why, and the trailers by which it is found again.
import type { Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { PhaseName } from '../../contracts/workflows/rollout.ts';

/** The trailer that makes a commit recognizable as the one of a promotion. */
export const promotionTrailer = 'Promotion-Id';
const phaseTrailer = 'Phase';

const verbs: Readonly<Record<PhaseName, { readonly promotion: string; readonly rollback: string }>> = {
  'roll-out': { promotion: 'Promote', rollback: 'Roll back' },
  'fill-idle-colour': { promotion: 'Preview', rollback: 'Bring back a colour of' },
  'switch-traffic': { promotion: 'Switch traffic to', rollback: 'Switch traffic back:' },
  'shift-traffic': { promotion: 'Shift traffic to', rollback: 'Roll back' },
};

/** A conventional Git message. Whatever came from outside stands on one line and cannot add a trailer of its own. */
export function buildCommitMessage(
  promotion: Promotion,
  services: readonly ResolvedService[],
  phase: PhaseName,
): string {
  const names = services.map(({ name }) => name);
  const what = names.length <= 2 ? names.join(' and ') : `${names.length} services`;
  const preposition = phase === 'roll-out' && promotion.change !== 'rollback' ? 'to' : 'in';
  const subject = `${verbs[phase][promotion.change ?? 'promotion']} ${what} ${preposition} ${promotion.environment}`;
  const lines = [
    subject,
    '',
    ...services.map(({ name, version, digest }) => `- ${name}: ${oneLine(version)} (${digest ?? 'no digest'})`),
    '',
    `Because of: ${oneLine(promotion.reason)}`,
    ...(promotion.url === undefined ? [] : [`See: ${oneLine(promotion.url)}`]),
    '',
    `${promotionTrailer}: ${oneLine(promotion.promotionId)}`,
    `${phaseTrailer}: ${phase}`,
    `Caused-By: ${oneLine(promotion.causationId)}`,
    `Source-Commit: ${oneLine(promotion.repository)}@${oneLine(promotion.commit)}`,
    `Execution: ${oneLine(promotion.executionArn)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether a commit message is that of the promotion's phase. */
export function isCommitOf(message: string, promotionId: string, phase: PhaseName): boolean {
  const lines = message.split('\n');
  return lines.includes(`${promotionTrailer}: ${oneLine(promotionId)}`) && lines.includes(`${phaseTrailer}: ${phase}`);
}

/** Control characters and marks that turn the direction of text would let a name look like something else. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
