// What people are told of the recovery region: how each drill ended, and each step of a move between the regions.
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
  readonly rank: number;
}

const words: Readonly<Record<RecoveryEventType, Words>> = {
  RecoveryDrillPassed: { mark: 'success', severity: 'info', headline: 'the recovery drill passed', rank: 1 },
  RecoveryDrillFailed: { mark: 'failure', severity: 'critical', headline: 'the recovery drill failed', rank: 1 },
  RecoveryDrillSwept: {
    ...{ mark: 'note', severity: 'warning', headline: 'a recovery drill was cut off, and swept up after', rank: 1 },
  },
  FailOverStarted: { mark: 'running', severity: 'critical', headline: 'is being moved', rank: 0 },
  FailOverCompleted: { mark: 'success', severity: 'critical', headline: 'has moved', rank: 1 },
  FailOverRefused: { mark: 'refused', severity: 'warning', headline: 'was not moved', rank: 1 },
  FailOverUndone: {
    mark: 'undo',
    severity: 'critical',
    headline: 'was not moved, and everything is as before',
    rank: 1,
  },
  HomeDatabasesFenced: {
    mark: 'success',
    severity: 'warning',
    headline: 'has moved, and what it left is fenced',
    rank: 2,
  },
  FailOverStuck: { mark: 'siren', severity: 'critical', headline: 'is stuck between the regions', rank: 1 },
};

/** A fail-over speaks in its environment's channel, a drill in the default one. */
export const recoveryMessages = defineMessages({
  source: recoverySource,
  types: recoveryEventTypes,
  schema: recoveryDetailSchema,
  build(type, { recovery, reason, lines }) {
    const { mark, severity, headline, rank } = words[type];
    const { id, environments, region, executionArn, to } = recovery;
    const [environment] = environments;
    const isDrill = to === undefined;
    return {
      ...{ subject: `${isDrill ? 'recovery-drill' : 'fail-over'}/${id}`, family: 'recovery', severity, rank, mark },
      ...(isDrill || environment === undefined ? {} : { environment }),
      closes: type !== 'FailOverStarted',
      headline: isDrill
        ? `${headline}: ${environments.join(', ')} in ${region}`
        : `${environments.join(', ')} ${headline}: to the ${to} region`,
      reason,
      ...(lines.length === 0 ? {} : { lines: [...lines] }),
      facts: [{ label: isDrill ? 'drill' : 'fail-over', value: id, code: true }],
      details: [{ label: 'execution', value: executionArn, code: true }],
    };
  },
});
