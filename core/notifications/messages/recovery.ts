// What people are told of the recovery region: how each drill ended.
import {
  type RecoveryEventType,
  recoveryDetailSchema,
  recoveryEventTypes,
  recoverySource,
} from '../../../contracts/events/recovery.ts';
import type { Mark, Severity } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';

interface Words {
  readonly mark: Mark;
  readonly severity: Severity;
  readonly headline: string;
}

const words: Readonly<Record<RecoveryEventType, Words>> = {
  RecoveryDrillPassed: { mark: 'success', severity: 'info', headline: 'the recovery drill passed' },
  RecoveryDrillFailed: { mark: 'failure', severity: 'critical', headline: 'the recovery drill failed' },
  RecoveryDrillSwept: {
    mark: 'note',
    severity: 'warning',
    headline: 'a recovery drill was cut off, and swept up after',
  },
};

/** Of no environment: the default channel. */
export const recoveryMessages = defineMessages({
  source: recoverySource,
  types: recoveryEventTypes,
  schema: recoveryDetailSchema,
  build(type, { recovery, reason, lines }) {
    const { mark, severity, headline } = words[type];
    return {
      ...{ subject: `recovery-drill/${recovery.id}`, family: 'recovery', severity, rank: 1, closes: true, mark },
      headline: `${headline}: ${recovery.environments.join(', ')} in ${recovery.region}`,
      reason,
      ...(lines.length === 0 ? {} : { lines: [...lines] }),
      facts: [{ label: 'drill', value: recovery.id, code: true }],
      details: [{ label: 'execution', value: recovery.executionArn, code: true }],
    };
  },
});
