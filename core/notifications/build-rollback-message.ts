// Words a rollback's event for Slack: what goes back, why, or why nothing does.
import type { Configuration } from '../../config/schema.ts';
import type { RollbackDetail, RollbackEventType } from '../../contracts/events/rollback.ts';
import { escapeText, type Message, renderCode, renderMessage } from './build-message.ts';

type Outcome = RollbackDetail['decision']['outcome'];

const decided: Readonly<Record<Outcome, { readonly mark: string; readonly words: string }>> = {
  acted: { mark: ':rewind:', words: 'is being rolled back in' },
  deferred: { mark: ':raising_hand:', words: 'needs somebody to decide on a rollback in' },
  refused: { mark: ':rotating_light:', words: 'is not rolled back in' },
  suppressed: { mark: ':information_source:', words: 'stays as it is in' },
};

const ended: Readonly<
  Record<Exclude<RollbackEventType, 'RollbackDecided'>, { readonly mark: string; readonly words: string }>
> = {
  RollbackCircuitOpened: { mark: ':rotating_light:', words: 'is not taken back by itself any more in' },
  RollbackSucceeded: { mark: ':white_check_mark:', words: 'was rolled back in' },
  RollbackFailed: { mark: ':rotating_light:', words: 'could not be rolled back in' },
  RollbackDidNotHelp: { mark: ':rotating_light:', words: 'was rolled back to no avail in' },
};

/** The message for a rollback's event, to the environment's channel. */
export function buildRollbackMessage(
  configuration: Configuration,
  type: RollbackEventType,
  { rollback, decision, reason, url, metadata }: RollbackDetail,
): Message {
  const { mark, words } = type === 'RollbackDecided' ? decided[decision.outcome] : ended[type];
  const services = rollback.services.length === 0 ? 'a service' : rollback.services.join(', ');
  const versions =
    rollback.to.length === 0
      ? []
      : [`${rollback.from.map(renderCode).join(', ')} → ${rollback.to.map(renderCode).join(', ')}`];
  return renderMessage(configuration, rollback.environment, {
    mark,
    headline: `${services} ${words} ${rollback.environment}`,
    reason,
    facts: [...versions, `rule ${renderCode(decision.rule)}`, `by ${escapeText(metadata.actor)}`],
    url,
  });
}
